import type { OnShare, Share } from "../event-log.ts";
import type { BrokerConnection } from "./broker-connection.ts";
import type { Cluster } from "./cluster.ts";
import { SESSION_TIMEOUT_MS_DEFAULT } from "./kafka-options.ts";
import { Patience } from "./patience.ts";
import { CODE, codeName } from "./protocol-code.ts";
import { planShares } from "../share-plan.ts";

/** Not `consumer`: nobody commits offsets here, and plain consumers can not join by mistake. */
const PROTOCOL_TYPE = "titan";
const PROTOCOL = "sticky";
/** Three heartbeats may get lost; by one a member hears that the group is planned anew. */
const HEARTBEATS_PER_SESSION = 4;
const HEARTBEAT_MS_MAX = 1_000;
/** A member that is stopped tells the others within this time, or they wait the session out. */
const LEAVE_TIMEOUT_MS = 2_000;

interface Joined {
  readonly errorCode: number;
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}

interface Answer {
  readonly errorCode: number;
}

/**
 * Membership in a group that divides numbered work, by Kafka's group protocol: the broker counts
 * heartbeats, the first member plans. What a member keeps it goes on with while the group is
 * planned anew; what it loses it gives back, what it gains it begins. Two may work on the same for
 * a while, which harms nothing.
 */
export class GroupShare implements Share {
  readonly #cluster: Cluster;
  readonly #group: string;
  readonly #count: number;
  readonly #on: OnShare;
  readonly #ended: (share: GroupShare) => void;
  readonly #closing = new AbortController();
  readonly #sessionMs: number;
  #held: readonly number[] = [];
  #applying: Promise<void> = Promise.resolve();
  #member = "";
  #connection: BrokerConnection | undefined;
  #running: Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(
    cluster: Cluster,
    group: string,
    count: number,
    on: OnShare,
    ended: (share: GroupShare) => void,
  ) {
    this.#cluster = cluster;
    this.#group = group;
    this.#count = count;
    this.#on = on;
    this.#ended = ended;
    this.#sessionMs = cluster.options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS_DEFAULT;
    this.#running = this.#run();
  }

  close(): Promise<void> {
    this.#closed ??= this.#leave();
    return this.#closed;
  }

  async #leave(): Promise<void> {
    // Heartbeats go on until the work has ended: nobody else begins it before.
    this.#apply([]);
    await this.#applying;
    this.#closing.abort();
    const connection = this.#connection;
    const limit = setTimeout(() => connection?.close(), LEAVE_TIMEOUT_MS);
    if (connection !== undefined && this.#member !== "") {
      const fields = { groupId: this.#group, memberId: this.#member };
      await connection.call({ name: "LeaveGroup", fields }).catch(() => {});
    }
    clearTimeout(limit);
    connection?.close();
    await this.#running;
    this.#ended(this);
  }

  async #run(): Promise<void> {
    const patience = new Patience();
    while (!this.#closing.signal.aborted && !this.#cluster.closed) {
      try {
        this.#connection?.close();
        this.#connection = await this.#coordinator();
        await this.#takePart(this.#connection, patience);
      } catch (error) {
        if (this.#closing.signal.aborted || this.#cluster.closed) return;
        if (patience.isLong) {
          const details = { group: this.#group, error: String(error) };
          this.#cluster.options.logger?.warn(details, "the group does not answer: trying again");
        }
        await patience.pause();
      }
    }
  }

  /** A connection of its own: a broker holds the answer to a join back until all have joined. */
  async #coordinator(): Promise<BrokerConnection> {
    const node = await this.#cluster.coordinatorOf(this.#group);
    return this.#cluster.newConnection(node);
  }

  /** Joins, and joins again whenever the group changes; ends by throwing, or when closing. */
  async #takePart(connection: BrokerConnection, patience: Patience): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const joined = await this.#join(connection);
      if (joined === undefined) continue;
      const { generationId } = joined;
      const own = await this.#sync(connection, joined);
      if (own === undefined) continue;
      patience.reset();
      if (this.#closed === undefined) this.#apply(own);
      await this.#stayAlive(connection, generationId);
    }
  }

  /** Undefined when it is to be tried again at once. */
  async #join(connection: BrokerConnection): Promise<Joined | undefined> {
    const metadata = Buffer.from(JSON.stringify({ held: this.#held }));
    const joined = await connection.call<Joined>({
      name: "JoinGroup",
      fields: {
        groupId: this.#group,
        sessionTimeout: this.#sessionMs,
        rebalanceTimeout: this.#sessionMs,
        memberId: this.#member,
        protocolType: PROTOCOL_TYPE,
        groupProtocols: [{ name: PROTOCOL, metadata }],
      },
    });
    if (joined.errorCode === CODE.memberIdRequired) {
      this.#member = joined.memberId;
      return undefined;
    }
    if (this.#mustJoinAgain(joined.errorCode)) return undefined;
    if (joined.errorCode !== CODE.none) throw this.#refusal(joined.errorCode);
    this.#member = joined.memberId;
    return joined;
  }

  async #sync(
    connection: BrokerConnection,
    { generationId, leaderId, members }: Joined,
  ): Promise<readonly number[] | undefined> {
    const plan =
      leaderId === this.#member
        ? planShares(
            this.#count,
            members.map(({ memberId, memberMetadata }) => {
              return { member: memberId, held: numbersIn(memberMetadata, "held") };
            }),
          )
        : new Map<string, readonly number[]>();
    const answer = await connection.call<Answer & { readonly memberAssignment: Buffer }>({
      name: "SyncGroup",
      fields: {
        groupId: this.#group,
        generationId,
        memberId: this.#member,
        groupAssignment: [...plan].map(([memberId, own]) => ({
          memberId,
          memberAssignment: Buffer.from(JSON.stringify({ own })),
        })),
      },
    });
    if (this.#mustJoinAgain(answer.errorCode)) return undefined;
    if (answer.errorCode !== CODE.none) throw this.#refusal(answer.errorCode);
    return numbersIn(answer.memberAssignment, "own");
  }

  /** Until the group is planned anew. */
  async #stayAlive(connection: BrokerConnection, generation: number): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#pause(Math.min(HEARTBEAT_MS_MAX, this.#sessionMs / HEARTBEATS_PER_SESSION));
      if (this.#closing.signal.aborted) return;
      const { errorCode } = await connection.call<Answer>({
        name: "Heartbeat",
        fields: { groupId: this.#group, groupGenerationId: generation, memberId: this.#member },
      });
      if (this.#mustJoinAgain(errorCode)) return;
      if (errorCode !== CODE.none) throw this.#refusal(errorCode);
    }
  }

  #mustJoinAgain(code: number): boolean {
    switch (code) {
      case CODE.rebalanceInProgress:
        return true;
      case CODE.unknownMember:
      case CODE.illegalGeneration:
        this.#member = "";
        return true;
      default:
        return false;
    }
  }

  /** Gives back what is not in `own` and begins what is new, after what is under way. */
  #apply(own: readonly number[]): void {
    this.#applying = this.#applying.then(async () => {
      const before = this.#held;
      this.#held = own;
      const lost = before.filter((partition) => !own.includes(partition));
      const gained = own.filter((partition) => !before.includes(partition));
      if (lost.length > 0) await this.#on.revoked(lost);
      if (gained.length > 0) await this.#on.assigned(gained);
    });
  }

  #refusal(code: number): Error {
    return new Error(`the group ${this.#group} refused: ${codeName(code)}`);
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}

/** What a member wrote; one that wrote something else gets, and holds, nothing. */
function numbersIn(bytes: Buffer, name: string): readonly number[] {
  try {
    const found: unknown = JSON.parse(bytes.toString("utf8"));
    const list = (found as Record<string, unknown>)[name];
    return Array.isArray(list) ? list.filter((item) => Number.isInteger(item)) : [];
  } catch {
    return [];
  }
}
