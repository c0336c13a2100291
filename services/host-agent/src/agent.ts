import {
  bindFiles,
  splitKey,
  type HostDeployment,
  type Problem,
  type RenderedDeployment,
} from "@titan/domain";
import { Signal, type Clock } from "@titan/processor-runtime";
import { desiredFiles } from "./desired-files.ts";
import { decideDeployments, type Decision } from "./desired-state.ts";
import type { Disk } from "./disk.ts";
import { FilesDriver, type FilesOutcome } from "./files-driver.ts";
import { hostReport } from "./host-report.ts";
import { LogicalStream, type VerifiedState } from "./logical-stream.ts";
import { nextIncarnation } from "./reporter-incarnation.ts";
import {
  checkAssigned,
  checkRendered,
  deploymentStream,
  hostStream,
  judgeCut,
} from "./stream-knowledge.ts";
import { StreamStore, type StoredStream } from "./stream-store.ts";
import type { Transport, TransportProblem, Watch } from "./transport.ts";

export interface AgentOptions {
  /** `workspace/name`. */
  readonly host: string;
  readonly disk: Disk;
  /** Absolute. Files of deployments go below `folder`, everything else below `stateFolder`. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly version: string;
  /** An operator says that this other installation is to be followed from now on. */
  readonly acceptedInstallation?: string;
  readonly onEvent?: (event: AgentEvent) => void;
}

/** What happened, for the shell to log. */
export type AgentEvent =
  | { readonly kind: "cut"; readonly stream: string; readonly revision: number }
  | { readonly kind: "outcome"; readonly deployment: string; readonly outcome: FilesOutcome }
  | { readonly kind: "broken"; readonly stream: string; readonly problem: TransportProblem }
  | { readonly kind: "problem"; readonly problem: Problem };

/** Where an agent is, after everything that it knows was applied. */
export interface AgentState {
  readonly revision: number;
  /** The newest cut of the own stream that was seen in this run; 0 before the first. */
  readonly seen: number;
  readonly problem: Problem | null;
  readonly failed: readonly { readonly deployment: string; readonly problem: Problem }[];
  readonly waiting: readonly string[];
  readonly running: readonly string[];
  readonly removed: readonly string[];
  /** The last report was taken. */
  readonly reported: boolean;
}

/** Reports, and looks for what was changed by hand, at least so often. */
const REPORT_INTERVAL_MS = 30_000;

/**
 * The host's loop (MISSION.md; PROTOCOL.md rules 22 to 26): read the own stream to the set of
 * deployments, watch a stream for each, act at verified cuts only; store a cut with its state
 * first, then make the host equal to what is stored. Every start does the latter first.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #own: StreamStore<HostDeployment>;
  readonly #deployments: StreamStore<RenderedDeployment>;
  readonly #driver: FilesDriver;
  readonly #wake = new Signal();
  readonly #watches = new Map<string, Watch>();
  #assigned: StoredStream<HostDeployment> | undefined;
  readonly #rendered = new Map<string, StoredStream<RenderedDeployment>>();
  /** Cuts that were verified and not stored yet. */
  #ownCut: VerifiedState<HostDeployment> | undefined;
  readonly #renderedCuts = new Map<string, VerifiedState<RenderedDeployment>>();
  /** Deployment streams that came to a cut in this run. */
  readonly #fresh = new Set<string>();
  #seen = 0;
  #problem: Problem | null = null;
  #incarnation: string;
  #sequence = 0;
  #drifted = new Set<string>();
  #stopped = false;
  #state: AgentState | undefined;
  #settled = new Signal();

  private constructor(
    options: AgentOptions,
    own: StreamStore<HostDeployment>,
    deployments: StreamStore<RenderedDeployment>,
    driver: FilesDriver,
    incarnation: string,
  ) {
    this.#options = options;
    this.#own = own;
    this.#deployments = deployments;
    this.#driver = driver;
    this.#incarnation = incarnation;
  }

  static async open(options: AgentOptions): Promise<Agent> {
    const { disk, folder, stateFolder, clock } = options;
    const own = await StreamStore.open(disk, stateFolder, asObject<HostDeployment>);
    const deployments = await StreamStore.open(disk, stateFolder, asObject<RenderedDeployment>);
    const driver = await FilesDriver.open({ disk, folder, stateFolder, adopt: true });
    const incarnation = await nextIncarnation(disk, stateFolder, clock.now());
    const agent = new Agent(options, own, deployments, driver, incarnation);
    await agent.#load();
    return agent;
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
    while (!this.#stopped) {
      await this.#storeCuts();
      await this.#reconcile();
      this.#settled.raise();
      if (!this.#stopped) await this.#wake.wait();
    }
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()));
  }

  stop(): void {
    this.#stopped = true;
    this.#wake.raise();
    this.#settled.raise();
  }

  async #load(): Promise<void> {
    const name = hostStream(this.#options.host);
    for (const stream of await this.#own.streams()) {
      if (stream === name) {
        const content = await this.#own.load(stream);
        if (content.kind === "stored") this.#assigned = content.stored;
        else if (content.kind === "damaged") this.#damaged(stream, content.reason);
      } else if (stream.startsWith("titan.deployment.")) {
        const content = await this.#deployments.load(stream);
        if (content.kind === "stored") this.#rendered.set(stream, content.stored);
        else if (content.kind === "damaged") this.#damaged(stream, content.reason);
      }
    }
    const { damage } = this.#driver;
    if (damage !== null) this.#damaged("owned-files", damage);
  }

  #damaged(what: string, reason: string): void {
    const problem = { code: "state-damaged", detail: `${what}: ${reason}`, pointer: "" };
    this.#options.onEvent?.({ kind: "problem", problem });
  }

  #watch(stream: string): void {
    if (this.#watches.has(stream)) return;
    const { host, transport } = this.#options;
    const onBroken = (problem: TransportProblem): void => {
      this.#options.onEvent?.({ kind: "broken", stream, problem });
      this.#problem = { code: problem.code, detail: problem.detail, pointer: "" };
      this.#wake.raise();
    };
    const handler =
      stream === hostStream(host)
        ? new LogicalStream<HostDeployment>({
            record: "host-deployment",
            check: (key, value) => checkAssigned(host, key, value),
            onCut: (cut) => {
              this.#ownCut = cut;
              this.#wake.raise();
            },
            onBroken,
          })
        : new LogicalStream<RenderedDeployment>({
            record: "rendered-deployment",
            check: (key, value) => checkRendered(deploymentOf(stream), key, value),
            onCut: (cut) => {
              this.#renderedCuts.set(stream, cut);
              this.#wake.raise();
            },
            onBroken,
          });
    this.#watches.set(stream, transport.watch(stream, handler));
  }

  /** Stores what was verified, if the host may act on it; then watches what it now should. */
  async #storeCuts(): Promise<void> {
    const ownCut = this.#ownCut;
    this.#ownCut = undefined;
    if (ownCut !== undefined) {
      const judged = judgeCut(this.#assigned, ownCut, this.#options.acceptedInstallation);
      this.#problem = judged === "foreign" ? foreign(ownCut.installation) : null;
      if (judged !== "foreign") this.#seen = Math.max(this.#seen, ownCut.revision);
      if (judged === "act") {
        const stored = { ...ownCut, stream: hostStream(this.#options.host) };
        await this.#own.save(stored);
        this.#assigned = stored;
        this.#options.onEvent?.({ kind: "cut", stream: stored.stream, revision: stored.revision });
      }
    }
    const installation = this.#assigned?.installation;
    for (const [stream, cut] of [...this.#renderedCuts]) {
      this.#renderedCuts.delete(stream);
      if (cut.installation !== installation) continue;
      this.#fresh.add(stream);
      const accepted = this.#options.acceptedInstallation;
      if (judgeCut(this.#rendered.get(stream), cut, accepted) !== "act") continue;
      const stored = { ...cut, stream };
      await this.#deployments.save(stored);
      this.#rendered.set(stream, stored);
      this.#options.onEvent?.({ kind: "cut", stream, revision: stored.revision });
    }
    await this.#watchAssigned();
  }

  /** Bookmark and state of a stream that is no longer watched are forgotten together. */
  async #watchAssigned(): Promise<void> {
    if (this.#assigned === undefined) return;
    const wanted = new Set([...this.#assigned.state.values()].map(({ stream }) => stream));
    for (const stream of wanted) this.#watch(stream);
    const own = hostStream(this.#options.host);
    for (const [stream, watch] of [...this.#watches]) {
      if (stream === own || wanted.has(stream)) continue;
      this.#watches.delete(stream);
      this.#renderedCuts.delete(stream);
      this.#fresh.delete(stream);
      await watch.close();
    }
    for (const stream of [...this.#rendered.keys()]) {
      if (wanted.has(stream)) continue;
      this.#rendered.delete(stream);
      await this.#deployments.forget(stream);
    }
  }

  /** Makes the host equal to what is stored, and says so. */
  async #reconcile(): Promise<void> {
    const rendered = new Map<string, RenderedDeployment | null>();
    const cuts = new Map<string, number>();
    for (const [stream, stored] of this.#rendered) {
      const deployment = deploymentOf(stream);
      rendered.set(deployment, stored.state.get(deployment) ?? null);
      cuts.set(deployment, stored.revision);
    }
    const decisions = decideDeployments(
      {
        assigned: this.#assigned?.state ?? null,
        rendered,
        running: this.#driver.running,
      },
      bindFiles,
    );
    const outcomes = await this.#driver.apply(desiredFiles(decisions));
    for (const [deployment, outcome] of outcomes) {
      if (outcome.kind === "drifted") this.#drifted.add(deployment);
      const quiet = outcome.kind === "kept" || (outcome.kind === "applied" && !outcome.changed);
      if (!quiet) this.#options.onEvent?.({ kind: "outcome", deployment, outcome });
    }
    const reported = await this.#report(decisions, outcomes, cuts);
    this.#state = this.#stateOf(decisions, outcomes, reported);
  }

  async #report(
    decisions: ReadonlyMap<string, Decision>,
    outcomes: ReadonlyMap<string, FilesOutcome>,
    cuts: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    if (this.#assigned === undefined) return false;
    const { host, clock, version, transport, disk, stateFolder } = this.#options;
    const { workspace, name } = splitKey(host);
    const [any] = this.#assigned.state.values();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      this.#sequence += 1;
      const answer = await transport.report(
        hostReport({
          workspace,
          host: name,
          hostCreatedRevision: any?.hostCreatedRevision ?? 0,
          incarnation: this.#incarnation,
          sequence: this.#sequence,
          reportedAt: clock.now(),
          installation: this.#assigned.installation,
          revision: this.#assigned.revision,
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
      const above = Number(answer.incarnation);
      this.#incarnation = await nextIncarnation(disk, stateFolder, clock.now(), above);
    }
    return false;
  }

  #stateOf(
    decisions: ReadonlyMap<string, Decision>,
    outcomes: ReadonlyMap<string, FilesOutcome>,
    reported: boolean,
  ): AgentState {
    const failed: { deployment: string; problem: Problem }[] = [];
    const waiting: string[] = [];
    const removed: string[] = [];
    for (const [deployment, decision] of decisions) {
      const outcome = outcomes.get(deployment);
      if (outcome?.kind === "failed") {
        const { code, detail } = outcome;
        failed.push({ deployment, problem: { code, detail, pointer: "" } });
      } else if (decision.kind === "failed") {
        failed.push({ deployment, problem: decision.problem });
      } else if (decision.kind === "wait" || !this.#fresh.has(deploymentStream(deployment))) {
        if (decision.kind !== "remove") waiting.push(deployment);
      }
      if (outcome?.kind === "removed") removed.push(deployment);
    }
    return {
      revision: this.#assigned?.revision ?? 0,
      seen: this.#seen,
      problem: this.#problem,
      failed,
      waiting,
      running: [...this.#driver.running.keys()],
      removed,
      reported,
    };
  }

  async #tick(): Promise<void> {
    while (!this.#stopped) {
      await this.#options.clock.sleep(REPORT_INTERVAL_MS);
      this.#wake.raise();
    }
  }
}

function deploymentOf(stream: string): string {
  return stream.slice("titan.deployment.".length).replace(".", "/");
}

function foreign(installation: string): Problem {
  return {
    code: "foreign-installation",
    detail:
      `the server belongs to installation ${installation}, which this host does not know: it keeps ` +
      `what it runs until an operator starts the agent with --accept-installation ${installation}`,
    pointer: "",
  };
}

function asObject<Value>(value: unknown): Value {
  if (typeof value !== "object" || value === null) throw new TypeError("it holds no object");
  return value as Value;
}
