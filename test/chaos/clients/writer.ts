import { setTimeout as sleep } from "node:timers/promises";
import { pick } from "../../flows/seeded-random.ts";
import type { Answer, WriteOperation } from "../history/history-line.ts";
import { planChange, type PlannedChange } from "./change-plan.ts";
import { PATIENCE_MS, type ClientSetting } from "./client-setting.ts";
import { httpCall, problemOf, type HttpAnswer } from "./http-call.ts";
import type { Reader } from "./reader.ts";

/** How a change is asked for. */
interface Manner {
  /** With an idempotency key, so that it may be asked for again. */
  readonly isKeyed: boolean;
  readonly patienceMs: number;
  /** Whether it is asked for until there is a verdict; else it is given up. */
  readonly isPersistent: boolean;
  /** Whether it is asked for once more when there is one. */
  readonly isRepeated: boolean;
}

/** What the API says when it carried nothing out. */
const NOT_DONE: readonly string[] = [
  "lagging",
  "starting",
  "overloaded",
  "log-unavailable",
  "proposal-too-large",
];
const AGAIN_MS = 100;
const IMPATIENT_MS_MAX = 60;

/** Makes changes one after the other, in every manner that a client may have. */
export class Writer {
  readonly #name: string;
  readonly #setting: ClientSetting;
  readonly #random: () => number;
  /** Reads what was written, under the writer's own name. */
  readonly #reader: Reader;
  #seen: number;

  constructor(
    name: string,
    setting: ClientSetting,
    random: () => number,
    reader: Reader,
    seen: number,
  ) {
    this.#name = name;
    this.#setting = setting;
    this.#random = random;
    this.#reader = reader;
    this.#seen = seen;
  }

  async run(): Promise<void> {
    const { ending, paceMs, workspace } = this.#setting;
    for (let count = 1; !ending.aborted; count += 1) {
      const name = `${workspace}-${this.#name}-${count}`;
      const planned = await this.#withExpected(planChange(this.#random, workspace, name));
      const answer = await this.write(name, planned, this.#manner());
      const [first] = planned.operations;
      if (answer.is === "accepted" && first !== undefined && this.#random() < 0.6) {
        await this.#reader.readOwn(first.object, answer.revision);
      }
      await sleep(this.#random() * 2 * paceMs);
    }
  }

  /** Asks for one change, and again as its manner is; answers what is known of it in the end. */
  async write(name: string, planned: PlannedChange, manner: Manner): Promise<Answer> {
    const seen = this.#seen;
    let server = this.#anyServer();
    let last = await this.#attempt(name, planned, manner, server, seen);
    while (!isVerdict(last) && manner.isPersistent && !this.#setting.ending.aborted) {
      await sleep(AGAIN_MS);
      server = this.#anyServer();
      last = await this.#attempt(name, planned, manner, server, seen);
    }
    if (isVerdict(last) && manner.isRepeated) {
      await this.#attempt(name, planned, manner, this.#anyServer(), seen);
    }
    return last;
  }

  async #attempt(
    name: string,
    { operations, documents, mustBeRefused }: PlannedChange,
    { isKeyed, patienceMs }: Manner,
    server: number,
    seen: number,
  ): Promise<Answer> {
    const { recorder, servers, token, workspace } = this.#setting;
    const request = { does: "write", name, operations, mustBeRefused } as const;
    const call = recorder.call(this.#name, server, request);
    const answered = await httpCall({
      method: "POST",
      url: `${servers[server] ?? ""}/v1/changes`,
      token,
      headers: isKeyed ? { "idempotency-key": name, "titan-seen": String(seen) } : {},
      body: {
        workspace,
        reason: name,
        operations: operations.map((each, at) => bodyOf(each, documents[at])),
      },
      patienceMs,
    });
    const answer = answerOf(answered);
    recorder.answer(call, answer);
    if (isVerdict(answer)) this.#seen = Math.max(this.#seen, answer.revision);
    return answer;
  }

  /** Some changes name what their object must be, as it was read just now. */
  async #withExpected(planned: PlannedChange): Promise<PlannedChange> {
    if (this.#random() < 0.6) return planned;
    const [first, ...others] = planned.operations;
    if (first === undefined || first.action === "create") return planned;
    const read = await this.#reader.read(first.object, this.#anyServer(), {});
    if (read.is !== "object") return planned;
    const expected = read.version?.revision ?? 0;
    return { ...planned, operations: [{ ...first, expected }, ...others] };
  }

  #manner(): Manner {
    const random = this.#random;
    const isKeyed = random() < 0.8;
    const isImpatient = random() < 0.15;
    return {
      isKeyed,
      patienceMs: isImpatient ? 1 + Math.floor(random() * IMPATIENT_MS_MAX) : PATIENCE_MS,
      isPersistent: isKeyed && random() < 0.6,
      isRepeated: isKeyed && random() < 0.2,
    };
  }

  #anyServer(): number {
    return pick(this.#random, [...this.#setting.servers.keys()]);
  }
}

function bodyOf({ action, expected }: WriteOperation, object: object | undefined): object {
  return { action, object, ...(expected === undefined ? {} : { expected }) };
}

type Verdict = Extract<Answer, { is: "accepted" | "refused" }>;

function isVerdict(answer: Answer): answer is Verdict {
  return answer.is === "accepted" || answer.is === "refused";
}

function answerOf(answered: HttpAnswer): Answer {
  if (answered.is === "lost") return { is: "unknown", why: answered.why };
  const { status, body } = answered;
  if (status === 200) {
    const { changeId, revision } = body as { readonly changeId: string; readonly revision: number };
    return { is: "accepted", changeId, revision };
  }
  const { code, codes, changeId, revision } = problemOf(body);
  if (changeId !== undefined && revision !== undefined) {
    return { is: "refused", changeId, revision, codes };
  }
  if (NOT_DONE.includes(code)) return { is: "not-done", code };
  if (code === "verdict-timeout") return { is: "unknown", why: code };
  return { is: "unexpected", status, body: JSON.stringify(body) };
}
