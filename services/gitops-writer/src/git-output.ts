import type { PathFault } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import {
  appendPersistently,
  type Clock,
  type Output,
  type Signal,
  type ViewStep,
} from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";
import { GitError } from "./git-error.ts";
import type { GitRepository } from "./git-repository.ts";
import { filesOf, type PlacedDeployment } from "./gitops-writer-view.ts";
import { HostTree } from "./host-tree.ts";
import { publishTree, type PublishOutcome } from "./publish-tree.ts";
import type { TreeProvenance } from "./tree-commit.ts";

export interface GitOutputOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly random: () => number;
  readonly installation: string;
  readonly branch: string;
  /** Opens the repository; called again after it could not be reached. */
  open(): Promise<GitRepository>;
  /** Raised when it is time to look whether somebody changed our part of the tree. */
  readonly arrived: Signal;
  readonly acceptedInstallation?: string;
  readonly onOutcome?: (outcome: PublishOutcome) => void;
  /** Told while the repository can not be written; the writer holds and tries again. */
  readonly onHold?: (error: GitError, attempt: number) => void;
}

const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 60_000;
/** A report names so many of the pairs that are in trouble. */
const PROBLEMS_MAX = 20;
/** Git's own housekeeping is off while we write; it is done after so many commits. */
const COMMITS_PER_MAINTENANCE = 1_000;
/** Files of so many deployments, or ids of so many folders, and others have their turn. */
const PARTS_A_TURN = 256;
/** The most that a commit is put off because of the one before it. */
const REST_MAX_MS = 500;
/** How often an idle writer looks whether its part of the tree is still what it wrote. */
const LOOK_INTERVAL_MS = 60_000;

/**
 * Keeps a Git tree equal to the view: one commit for a batch of revisions, none when nothing
 * changed. A commit begins no sooner after the last one than that one took, up to half a second:
 * under load fewer and larger ones leave time to what people wait for. While the repository
 * can not be written it holds, and nothing is lost: the next commit covers what came in between.
 */
export class GitOutput implements Output<PlacedDeployment> {
  readonly #options: GitOutputOptions;
  readonly #tree = new HostTree();
  readonly #placed = new Map<string, PlacedDeployment>();
  /** Pairs whose files can not be shown, with why: the tree lacks them, and says so beside it. */
  readonly #problems = new Map<string, string>();
  #commits = 0;
  #repository: GitRepository | undefined;
  #lastCommit: string | undefined;
  #last: { readonly revision: number; readonly provenance: TreeProvenance } | undefined;
  #isLookDue = false;
  #restUntilMs = 0;
  #parts = 0;
  readonly #closing = new AbortController();

  constructor(options: GitOutputOptions) {
    this.#options = options;
  }

  async recover(step: ViewStep<PlacedDeployment>): Promise<void> {
    await this.write([step]);
    void this.#lookNowAndThen();
  }

  async write(steps: readonly ViewStep<PlacedDeployment>[]): Promise<void> {
    const last = steps.at(-1);
    if (last === undefined) return;
    let changed = this.#last === undefined;
    for (const { values } of steps) {
      for (const [key, placed] of values) {
        changed = this.#put(key, placed) || changed;
        await this.#turn();
      }
    }
    const origins = steps.map((step) => step.origin).filter(({ revision }) => revision > 0);
    const dateMs = origins.at(-1)?.occurredAt ?? this.#last?.provenance.dateMs ?? 0;
    const changeIds = [...new Set(origins.map(({ changeId }) => changeId))];
    const actors = [...new Set(origins.map(({ actor }) => actor))].sort();
    this.#last = { revision: last.revision, provenance: { dateMs, changeIds, actors } };
    if (!changed) return;
    const { clock } = this.#options;
    const restMs = this.#restUntilMs - clock.now();
    if (restMs > 0) await clock.sleep(Math.min(restMs, REST_MAX_MS), this.#closing.signal);
    await this.#publish();
  }

  /** Puts back what others changed in our part of the tree. */
  async repair(): Promise<boolean> {
    if (!this.#isLookDue || this.#last === undefined) return false;
    return (await this.#publish())?.kind === "published";
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  /** Whether the tree changed. */
  #put(key: string, placed: PlacedDeployment | undefined): boolean {
    const [workspace, name, deploymentWorkspace, deploymentName] = key.split("/");
    const host = `${workspace}/${name}`;
    const deployment = `${deploymentWorkspace}/${deploymentName}`;
    if (placed === undefined) {
      this.#placed.delete(key);
      this.#problems.delete(key);
      return this.#tree.remove(host, deployment).changed.length > 0;
    }
    this.#placed.set(key, placed);
    const { files, problem } = filesOf(placed);
    const change = this.#tree.set(host, deployment, files);
    const trouble = problem ?? (change.problem === null ? null : describe(change.problem));
    if (trouble === null) this.#problems.delete(key);
    else this.#problems.set(key, trouble);
    return change.changed.length > 0;
  }

  async #publish(): Promise<PublishOutcome | undefined> {
    for (let attempt = 1; !this.#closing.signal.aborted; attempt += 1) {
      try {
        return await this.#tryPublish();
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
        this.#repository = undefined;
        this.#options.onHold?.(error, attempt);
        await this.#options.clock.sleep(this.#pauseMs(attempt), this.#closing.signal);
      }
    }
    return undefined;
  }

  async #tryPublish(): Promise<PublishOutcome | undefined> {
    const last = this.#last;
    if (last === undefined) return undefined;
    const { installation, acceptedInstallation, clock, onOutcome } = this.#options;
    for (const _ of this.#tree.work()) await this.#turn();
    this.#repository ??= await this.#options.open();
    const begunAt = clock.now();
    const outcome = await publishTree({
      repository: this.#repository,
      installation,
      revision: last.revision,
      desired: this.#tree.entries,
      contentOf: this.#tree.contentReader((host, deployment) => {
        const placed = this.#placed.get(`${host}/${deployment}`);
        return placed === undefined ? [] : filesOf(placed).files;
      }),
      provenance: last.provenance,
      pauseBefore: (attempt) => clock.sleep(this.#pauseMs(attempt)),
      sinceLast: this.#tree,
      ...(this.#lastCommit === undefined ? {} : { lastCommit: this.#lastCommit }),
      ...(acceptedInstallation === undefined ? {} : { acceptedInstallation }),
    });
    this.#isLookDue = false;
    const endedAt = clock.now();
    this.#restUntilMs = endedAt + (endedAt - begunAt);
    onOutcome?.(outcome);
    if (outcome.kind !== "behind" && outcome.commit !== null) {
      if (outcome.commit !== this.#lastCommit) await this.#report(outcome.commit, last.revision);
      this.#lastCommit = outcome.commit;
      this.#tree.settle();
      this.#commits += 1;
      if (this.#commits % COMMITS_PER_MAINTENANCE === 0) await this.#repository.maintain();
    }
    return outcome;
  }

  /** What a whole fleet costs must not keep others waiting. */
  async #turn(): Promise<void> {
    this.#parts += 1;
    if (this.#parts % PARTS_A_TURN === 0) await this.#options.clock.sleep(0);
  }

  async #report(commit: string, revision: number): Promise<void> {
    const { log, clock, branch } = this.#options;
    const repository = this.#repository?.name ?? "";
    const value = encode("git-commit", {
      repository,
      branch,
      commit,
      revision,
      committedAt: clock.now(),
      problem: [...this.#problems]
        .slice(0, PROBLEMS_MAX)
        .map(([key, problem]) => `${key}: ${problem}`)
        .join("\n"),
    });
    const records = [{ key: repository, value }];
    await appendPersistently(log, [{ topic: "titan.git-commit", partition: 0, records }], clock);
  }

  async #lookNowAndThen(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#options.clock.sleep(LOOK_INTERVAL_MS, this.#closing.signal);
      this.#isLookDue = true;
      this.#options.arrived.raise();
    }
  }

  #pauseMs(attempt: number): number {
    const longest = Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 16), RETRY_LAST_MS);
    return longest * (0.5 + this.#options.random() / 2);
  }
}

function describe({ path, detail }: PathFault): string {
  return `${path}: ${detail}`;
}
