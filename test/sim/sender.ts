import type { Operation, Proposal } from "@titan/domain";
import { integerBelow, type Random } from "@titan/event-log/testing";
import { appendPersistently } from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";
import { SECOND_VERSIONS } from "./all-views.ts";
import { firstOperations, proposalOf, randomOperations, type Habits } from "./generator.ts";
import type { SimWorld } from "./sim-world.ts";
import { wrongDecisions, wrongVerdicts } from "./verdict-checks.ts";

const HABITS: Habits = { toAndFro: 0.15, expects: 0.25 };
const PROPOSAL_TOPIC = "titan.proposal";

/** Whoever proposes: random changes, changes again, other versions of views, and bytes that are no proposal. */
export class Sender {
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #sent: Proposal[] = [];
  #acknowledged = new Set<string>();
  #poison: number[] = [];
  #generation = 0;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.random("generator");
  }

  sendFirst(): void {
    this.#propose(firstOperations());
  }

  /** The change of one step of the history, without what the options leave out. */
  sendStep(at: number): void {
    const { leaveOut = {}, habits } = this.#world.options;
    const look = (kind: string, key: string) => this.#revisionOf(kind, key);
    const operations = randomOperations(this.#random, look, { ...HABITS, ...habits });
    const left = leaveOut[at] ?? [];
    if (left === "all") return;
    const kept = operations.filter((_, number) => !left.includes(number));
    if (kept.length > 0) this.#propose(kept);
  }

  /** What else is sent at a step. */
  disturb(): void {
    const { faults } = this.#world;
    if (faults.strikes("repeat")) this.#repeat(faults.random("repeat"));
    if (faults.strikes("activate")) this.#activate(faults.random("activate"));
    if (faults.strikes("poison")) this.#sendPoison(faults.random("poison"));
  }

  /** The log is another: what was acknowledged by the one before says nothing about it. */
  startOver(): void {
    this.#generation += 1;
    this.#acknowledged = new Set();
    this.#poison = [];
  }

  /** Whether every change that was acknowledged has its verdict. */
  get isAllDecided(): boolean {
    const decided = new Set(this.#world.truth.commits().map(({ proposalId }) => proposalId));
    return [...this.#acknowledged].every((id) => decided.has(id));
  }

  /** Every verdict is the right one, and there is one for whatever was acknowledged. */
  check(): void {
    const commits = this.#world.truth.commits();
    for (const text of wrongVerdicts(commits, this.#acknowledged)) this.#world.violation(text);
    for (const text of wrongDecisions(commits, this.#sent)) this.#world.violation(text);
    for (const offset of this.#poison) {
      if (this.#world.statements.hasDeadLetter({ topic: PROPOSAL_TOPIC, offset })) continue;
      this.#world.violation(`no dead letter says what lies at ${offset} of ${PROPOSAL_TOPIC}`);
    }
  }

  #propose(operations: readonly Operation[]): void {
    const id = `p${this.#world.nextId()}`;
    const proposal = proposalOf(id, this.#world.truth.commits().length, operations);
    this.#sent.push(proposal);
    for (const { action, document, expected } of operations) {
      const said = expected === null ? "" : ` expected at ${expected}`;
      this.#world.trace.note(`${id}: ${action} ${document}${said}`);
    }
    this.#send(proposal);
  }

  #send(proposal: Proposal): void {
    const generation = this.#generation;
    void this.#append(encode("proposal", proposal)).then(() => {
      if (generation === this.#generation) this.#acknowledged.add(proposal.id);
    });
  }

  async #append(value: Uint8Array): Promise<number | undefined> {
    const { log, clock } = this.#world;
    const records = [{ key: "default", value }];
    const batch = { topic: PROPOSAL_TOPIC, partition: 0, records };
    const [offset] = await appendPersistently(log, [batch], clock);
    return offset;
  }

  /** The same bytes, at any time later. */
  #repeat(random: Random): void {
    const again = this.#sent[integerBelow(random, this.#sent.length)];
    if (again === undefined) return;
    this.#world.faults.count("repeat");
    this.#world.trace.note(`${again.id} is sent again`);
    const { stampSeenAnew = false } = this.#world.options;
    const seen = stampSeenAnew ? this.#world.truth.commits().length : again.seen;
    this.#send({ ...again, seen });
  }

  #activate(random: Random): void {
    const view = SECOND_VERSIONS[integerBelow(random, SECOND_VERSIONS.length)];
    const version = 1 + integerBelow(random, 2);
    if (view === undefined) return;
    this.#world.faults.count("activate");
    const { name } = view;
    const document = JSON.stringify({ kind: "View", metadata: { name }, spec: { version } });
    this.#propose([{ action: "APPLY", kind: "View", document, expected: null }]);
  }

  #sendPoison(random: Random): void {
    const length = integerBelow(random, 20);
    const value = Uint8Array.from({ length }, () => integerBelow(random, 256));
    const generation = this.#generation;
    this.#world.faults.count("poison");
    this.#world.trace.note(`${length} bytes that are no proposal`);
    void this.#append(value).then((offset) => {
      if (offset !== undefined && generation === this.#generation) this.#poison.push(offset);
    });
  }

  #revisionOf(kind: string, key: string): number | undefined {
    const touched = this.#world.truth
      .commits()
      .findLast(({ events }) => events.some((event) => event.kind === kind && event.key === key));
    const event = touched?.events.find((one) => one.kind === kind && one.key === key);
    return event === undefined || event.current === null ? undefined : touched?.revision;
  }
}
