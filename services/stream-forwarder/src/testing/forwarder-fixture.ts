import { deploymentFanout } from "@titan/deployment-fanout";
import type { HostDeployment } from "@titan/domain";
import {
  addWrapping,
  readStatement,
  viewTask,
  type Clock,
  type Statement,
  type View,
} from "@titan/processor-runtime";
import {
  deployment,
  host,
  NounLog,
  target,
  template,
  viewVersion,
  workload,
  type Given,
} from "@titan/processor-runtime/testing";
import { replicaAssignment } from "@titan/replica-assignment";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import type { SimulatedClient } from "@titan/event-log/testing";
import { deploymentSlices } from "../deployment-slices-view.ts";
import { hostSlices } from "../host-slices-view.ts";

type AnyView = View<unknown, unknown>;

const BEFORE = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
] as readonly unknown[] as readonly AnyView[];
const FORWARDER = [hostSlices, deploymentSlices] as readonly unknown[] as readonly AnyView[];
const REFS = { workload: "w", template: "p", target: "lab" };

/** A host that the target `lab` selects, or one that it does not. */
export const inLab = (name: string): Given => host(name, { site: "lab" });
export const elsewhere = (name: string): Given => host(name, { site: "barn" });
export const onLab = (name: string): Given => deployment(name, REFS);

/** A forwarder over a log in memory on a virtual clock, behind the real views before it. */
export class ForwarderFixture {
  readonly nouns: NounLog;
  readonly failures: unknown[] = [];
  /** Begins at 0, because the changes of a `NounLog` are made a few seconds after 1970 began. */
  readonly clock: Clock;
  #clients = 0;
  #owners: { readonly client: SimulatedClient; readonly stop: () => void }[] = [];

  private constructor(nouns: NounLog) {
    this.nouns = nouns;
    const startMs = nouns.clock.now();
    this.clock = { ...nouns.clock, now: () => nouns.clock.now() - startMs };
  }

  /** The views run, the forwarder does not yet; there is a target, and what goes with deployments. */
  static async make(seed?: number): Promise<ForwarderFixture> {
    const fixture = new ForwarderFixture(new NounLog(undefined, seed));
    const { nouns } = fixture;
    await nouns.createTopics();
    const versions = [...BEFORE, ...FORWARDER].map(({ name }) => viewVersion(name, 1));
    const around = [target("lab", "site=lab"), template("p", { "a.conf": "x" }), workload("w")];
    await nouns.commit(...versions, ...around);
    for (const view of BEFORE) fixture.#run(view);
    await nouns.quiet();
    return fixture;
  }

  /** One more owner of all slices. */
  async startForwarder(): Promise<void> {
    this.#owners.push(...FORWARDER.map((view) => this.#run(view)));
    await this.nouns.quiet();
  }

  /** As `kill -9` of all of them. */
  killForwarders(): void {
    for (const { client } of this.#owners.splice(0)) client.kill();
  }

  /** A change that every view has followed. */
  async commit(...records: readonly Given[]): Promise<void> {
    await this.nouns.commit(...records);
    await this.nouns.quiet();
  }

  /** So many milliseconds later. */
  async later(durationMs: number): Promise<void> {
    await this.nouns.settle(this.nouns.clock.sleep(durationMs));
  }

  /** The topics of hosts and deployments, without what begins them all. */
  async topics(): Promise<readonly string[]> {
    const topics = await this.nouns.settle(this.nouns.log.topics());
    return topics.flatMap(({ name }) => /^titan\.((host|deployment)\..*)$/.exec(name)?.[1] ?? []);
  }

  async remove(...topics: readonly string[]): Promise<void> {
    const names = topics.map((topic) => `titan.${topic}`);
    await this.nouns.settle(this.nouns.log.deleteTopics(names));
    await this.nouns.quiet();
  }

  /** What a new reader believes that a host runs: undefined when the last mark does not verify. */
  slice(name: string): readonly string[] | undefined {
    const topic = `titan.host.default.${name}`;
    const top = new Map<string, Statement>();
    for (const statement of this.nouns.statements(topic)) {
      if ((top.get(statement.key)?.revision ?? -1) <= statement.revision) {
        top.set(statement.key, statement);
      }
    }
    const marks = this.nouns.log.peek(topic, 0).map(readStatement);
    const last = marks.findLast((read) => read.kind === "mark");
    let sum = 0n;
    for (const { hash } of top.values()) sum = addWrapping(sum, hash);
    if (last?.kind !== "mark" || last.mark.sum !== sum) return undefined;
    const current = [...top.values()].filter((statement) => statement.current !== null);
    return current.map((statement) => (statement.current as HostDeployment).deployment).sort();
  }

  #run(view: AnyView): { readonly client: SimulatedClient; readonly stop: () => void } {
    const { clock, counts, log } = this.nouns;
    const client = log.client(`${view.name} ${(this.#clients += 1)}`);
    const task = viewTask(view, 0, { log: client, clock, counts });
    task.run().catch((error: unknown) => this.failures.push(error));
    return { client, stop: () => task.stop() };
  }
}
