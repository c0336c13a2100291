import {
  bindFiles,
  splitKey,
  type HostDeployment,
  type Problem,
  type RenderedDeployment,
} from "@titan/domain";
import { Signal } from "@titan/processor-runtime";
import type { AgentOptions } from "./agent-options.ts";
import { agentState, type AgentState } from "./agent-state.ts";
import { desiredFiles } from "./desired-files.ts";
import { decideDeployments, type Decision, type HostKnowledge } from "./desired-state.ts";
import { FilesDriver, type FilesOutcome } from "./files-driver.ts";
import { HostMemory } from "./host-memory.ts";
import { hostReport } from "./host-report.ts";
import { HOST_RULES, type HostRules } from "./host-rules.ts";
import { LogicalStream } from "./logical-stream.ts";
import { ReporterIncarnation } from "./reporter-incarnation.ts";
import { checkAssigned, checkRendered, deploymentOf, hostStream } from "./stream-knowledge.ts";
import { StreamProblems } from "./stream-problems.ts";
import type { TransportProblem, Watch } from "./transport.ts";
import { WaitingCuts } from "./waiting-cuts.ts";

/** Reports, and looks for what was changed by hand, at least so often. */
const REPORT_INTERVAL_MS = 30_000;
/** A report that names an incarnation below the last one is made again, so often. */
const REPORT_TRIES_MAX = 2;

/**
 * The host's loop (MISSION.md; PROTOCOL.md rules 22 to 26): read the own stream to the set of
 * deployments, watch a stream for each, act at verified cuts only; store a cut with its state
 * first, then make the host equal to what is stored. Every start does the latter first.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #rules: HostRules;
  readonly #memory: HostMemory;
  readonly #driver: FilesDriver;
  readonly #wake = new Signal();
  readonly #settled = new Signal();
  readonly #watches = new Map<string, Watch>();
  readonly #cuts: WaitingCuts;
  readonly #streamProblems: StreamProblems;
  /** Said last of `#cuts`. */
  #said: string | undefined;
  readonly #incarnation: ReporterIncarnation;
  #sequence = 0;
  #drifted = new Set<string>();
  readonly #stopping = new AbortController();
  #state: AgentState | undefined;

  private constructor(
    options: AgentOptions,
    memory: HostMemory,
    driver: FilesDriver,
    incarnation: ReporterIncarnation,
  ) {
    this.#options = options;
    this.#rules = options.rules ?? HOST_RULES;
    this.#memory = memory;
    this.#cuts = new WaitingCuts(memory);
    this.#driver = driver;
    this.#incarnation = incarnation;
    this.#streamProblems = new StreamProblems(hostStream(options.host));
  }

  static async open(options: AgentOptions): Promise<Agent> {
    const { disk, folder, stateFolder, clock, host, acceptedInstallation, rules } = options;
    const memory = await HostMemory.open(disk, stateFolder, host, acceptedInstallation, rules);
    let driver = await FilesDriver.open({ disk, folder, stateFolder });
    const damages = [...memory.damages];
    if (driver.damage !== null) {
      damages.push(driver.damage);
      // The list of own files is lost: what lies there exactly as wanted is taken to be ours.
      driver = await FilesDriver.open({ disk, folder, stateFolder, adopt: true });
    }
    for (const detail of damages) {
      options.onEvent?.({
        kind: "problem",
        problem: { code: "state-damaged", detail, pointer: "" },
      });
    }
    const incarnation = await ReporterIncarnation.open(disk, stateFolder, clock.now());
    return new Agent(options, memory, driver, incarnation);
  }

  /** The state after the last turn of the loop; undefined before the first. */
  get state(): AgentState | undefined {
    return this.#state;
  }

  /** Resolves after the next turn of the loop. */
  async turn(): Promise<void> {
    await this.#settled.wait();
  }

  async run(): Promise<void> {
    await this.#reconcile();
    this.#watch(hostStream(this.#options.host));
    void this.#tick();
    while (!this.#stopping.signal.aborted) {
      await this.#cuts.store(() => this.#watchAssigned());
      this.#say(this.#cuts.problem);
      await this.#reconcile();
      this.#settled.raise();
      if (!this.#stopping.signal.aborted) await this.#wake.wait();
    }
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()));
  }

  /** Makes the loop turn once more. */
  wake(): void {
    this.#wake.raise();
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake.raise();
    this.#settled.raise();
  }

  #watch(stream: string): void {
    if (this.#watches.has(stream)) return;
    const { host, transport } = this.#options;
    const rules = this.#rules;
    const onBroken = (problem: TransportProblem): void => {
      this.#options.onEvent?.({ kind: "broken", stream, problem });
      this.#streamProblems.note(stream, problem);
      this.#wake.raise();
    };
    const handler =
      stream === hostStream(host)
        ? new LogicalStream<HostDeployment>({
            record: "host-deployment",
            rules,
            check: (key, value) => checkAssigned(host, key, value),
            onCut: (cut) => {
              this.#cuts.takeOwn(cut);
              this.#streamProblems.clear(stream);
              this.#wake.raise();
            },
            onBroken,
          })
        : new LogicalStream<RenderedDeployment>({
            record: "rendered-deployment",
            rules,
            check: (key, value) => checkRendered(deploymentOf(stream), key, value),
            onCut: (cut) => {
              this.#cuts.takeRendered(stream, cut);
              this.#streamProblems.clear(stream);
              this.#wake.raise();
            },
            onBroken,
          });
    this.#watches.set(stream, transport.watch(stream, handler));
  }

  /** Bookmark and state of a stream that is no longer watched are forgotten together. */
  async #watchAssigned(): Promise<void> {
    const { assigned } = this.#memory;
    if (assigned === undefined) return;
    const wanted = new Set([...assigned.state.values()].map(({ stream }) => stream));
    for (const stream of wanted) this.#watch(stream);
    const own = hostStream(this.#options.host);
    const unwanted = [...this.#watches].filter(([name]) => name !== own && !wanted.has(name));
    for (const [stream, watch] of unwanted) {
      this.#watches.delete(stream);
      this.#cuts.drop(stream);
      this.#streamProblems.clear(stream);
      await watch.close();
    }
    await this.#memory.keepOnly(wanted);
  }

  /** Makes the host equal to what is stored, and says so. */
  async #reconcile(): Promise<void> {
    const decisions = decideDeployments(this.#knowledge(), bindFiles);
    const outcomes = await this.#driver.apply(desiredFiles(decisions));
    await this.#memory.saveLate();
    for (const [deployment, outcome] of outcomes) {
      if (outcome.kind === "drifted") this.#drifted.add(deployment);
      const quiet = outcome.kind === "kept" || (outcome.kind === "applied" && !outcome.changed);
      if (!quiet) this.#options.onEvent?.({ kind: "outcome", deployment, outcome });
    }
    const reported = await this.#report(decisions, outcomes);
    this.#state = agentState({
      decisions,
      outcomes,
      reported,
      fresh: this.#cuts.fresh,
      seen: this.#cuts.seen,
      revision: this.#memory.assigned?.revision ?? 0,
      problem: this.#problem,
      running: this.#driver.running,
    });
  }

  get #problem(): Problem | null {
    return this.#cuts.problem ?? this.#streamProblems.worst;
  }

  #knowledge(): HostKnowledge {
    const rendered = new Map<string, RenderedDeployment | null>();
    for (const [stream, stored] of this.#memory.rendered) {
      const deployment = deploymentOf(stream);
      rendered.set(deployment, stored.state.get(deployment) ?? null);
    }
    const assigned = new Map(this.#memory.assigned?.state);
    if (!this.#rules.sameIncarnation) {
      for (const [key, value] of assigned) {
        const createdRevision = rendered.get(key)?.createdRevision ?? value.createdRevision;
        assigned.set(key, { ...value, createdRevision });
      }
    }
    const known = this.#memory.assigned === undefined ? null : assigned;
    return { assigned: known, rendered, running: this.#driver.running };
  }

  async #report(
    decisions: ReadonlyMap<string, Decision>,
    outcomes: ReadonlyMap<string, FilesOutcome>,
  ): Promise<boolean> {
    const { assigned } = this.#memory;
    if (assigned === undefined) return false;
    const { host, clock, version, transport } = this.#options;
    const { workspace, name } = splitKey(host);
    const [any] = assigned.state.values();
    const cuts = new Map<string, number>();
    for (const [stream, { revision }] of this.#memory.rendered) {
      cuts.set(deploymentOf(stream), revision);
    }
    await this.#incarnation.keep();
    for (let attempt = 1; attempt <= REPORT_TRIES_MAX; attempt += 1) {
      this.#sequence += 1;
      const answer = await transport.report(
        hostReport({
          workspace,
          host: name,
          hostCreatedRevision: any?.hostCreatedRevision ?? 0,
          incarnation: this.#incarnation.text,
          sequence: this.#sequence,
          reportedAt: clock.now(),
          installation: assigned.installation,
          revision: assigned.revision,
          agentVersion: version,
          problem: this.#problem,
          decisions,
          outcomes,
          running: this.#driver.running,
          cuts,
          drifted: this.#drifted,
        }),
      );
      if (answer.kind === "taken") {
        this.#drifted = new Set();
        return true;
      }
      if (answer.kind === "failed") return false;
      await this.#incarnation.goAbove(Number(answer.incarnation), clock.now());
    }
    return false;
  }

  /** Once on the host too: nothing else there shows why nothing changes any more. */
  #say(problem: Problem | null): void {
    if (problem !== null && problem.detail !== this.#said) {
      this.#options.onEvent?.({ kind: "problem", problem });
    }
    this.#said = problem?.detail;
  }

  async #tick(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#options.clock.sleep(REPORT_INTERVAL_MS, this.#stopping.signal);
      this.#wake.raise();
    }
  }
}
