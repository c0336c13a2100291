import type { SimulatedClient } from "@titan/event-log/testing";
import {
  GitError,
  GitOutput,
  gitTree,
  type GitTreeState,
  type PlacedDeployment,
} from "@titan/gitops-writer";
import { viewTask, type Environment, type Task } from "@titan/processor-runtime";
import { blob, MemoryBranch, MemoryRepository, type MemoryCommit } from "./memory-repository.ts";
import { referenceTree } from "./reference/reference-tree.ts";
import type { SimWorld } from "./sim-world.ts";

const CALL_MS = 30;
const SAYS = /^Titan-Revision: (\d+)\nTitan-Installation: (.+)$/m;

/** The Git repository with its real writers. Whatever they push must be the truth, and nothing goes back. */
export class SimGit {
  readonly #world: SimWorld;
  readonly #branch = new MemoryBranch((tip) => this.#pushed(tip));
  #revision = 0;
  #accepted: string | undefined;
  #installation: string;
  /** Whose tree it is: of two that came after it, the first may have written nothing. */
  #writtenBy: string | undefined;
  #beside = 0;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#installation = world.installation;
  }

  get tip(): string | undefined {
    return this.#branch.tip?.commit;
  }

  writer(environment: Environment, client: SimulatedClient): Task<GitTreeState, PlacedDeployment> {
    const { installation } = this.#world;
    const accepted = this.#accepted;
    return viewTask(
      gitTree,
      0,
      environment,
      (arrived) =>
        new GitOutput({
          log: environment.log,
          clock: environment.clock,
          random: this.#world.random(client.name),
          installation,
          branch: "main",
          arrived,
          open: () => Promise.resolve(new MemoryRepository(this.#branch, this.#reach(client))),
          ...(accepted === undefined ? {} : { acceptedInstallation: accepted }),
        }),
    );
  }

  /** An operator gives the tree to the installation that is there now; false when it has it. */
  accept(): boolean {
    if (this.#installation === this.#world.installation) return false;
    this.#accepted = this.#writtenBy;
    this.#installation = this.#world.installation;
    this.#revision = 0;
    return true;
  }

  /** Somebody else pushes: beside our part, or inside it, which is to be taken back. */
  disturb(): void {
    const { faults, trace, scheduler } = this.#world;
    const tip = this.#branch.tip;
    if (tip === undefined || !faults.strikes("foreignPush")) return;
    faults.count("foreignPush");
    const random = faults.random("foreignPush");
    const tree = new Map(tip.tree);
    const file = { mode: "100644", ...blob(Buffer.from(`foreign ${random()}\n`)) };
    const ours = [...tree.keys()].filter((path) => path.startsWith("hosts/"));
    const path = random() < 0.5 ? ours[Math.floor(random() * ours.length)] : undefined;
    if (path !== undefined && random() < 0.4) tree.delete(path);
    else tree.set(path ?? `docs/${(this.#beside += 1)}.md`, file);
    trace.note(`others push ${path ?? "beside"}`);
    const commit = this.#branch.add({
      parents: [tip.commit],
      authorDateMs: scheduler.now(),
      message: "by hand\n",
      tree,
    });
    this.#branch.push(commit, tip.commit);
  }

  /** All of our part is the truth at the last revision, and what others have beside it is there. */
  expect(revision: number): void {
    const tip = this.#branch.tip;
    if (tip !== undefined) this.#compare(tip, revision);
    else if (referenceTree(this.#world.truth.commits().slice(0, revision)).size > 0) {
      this.#world.violation("nothing was pushed to Git");
    }
    const beside = [...(tip?.tree.keys() ?? [])].filter((path) => path.startsWith("docs/"));
    if (beside.length !== this.#beside) {
      this.#world.violation(
        `Git lost files of others: ${beside.length} of ${this.#beside} are there`,
      );
    }
  }

  #pushed(tip: MemoryCommit): void {
    const { trace } = this.#world;
    trace.add(`Git is at ${tip.commit}`);
    const [, said, installation] = SAYS.exec(tip.message) ?? [];
    if (said === undefined) return;
    const revision = Number(said);
    if (installation !== this.#installation) {
      this.#world.violation(
        `installation ${installation} wrote to the tree of ${this.#installation}`,
      );
      return;
    }
    if (revision < this.#revision) {
      this.#world.violation(`Git goes back from ${this.#revision} to ${revision}`);
    }
    this.#revision = revision;
    this.#writtenBy = installation;
    this.#compare(tip, revision);
  }

  #compare({ tree }: MemoryCommit, revision: number): void {
    const wanted = referenceTree(this.#world.truth.commits().slice(0, revision));
    const found = [...tree].filter(([path]) => path.startsWith("hosts/"));
    for (const [path, { mode, bytes }] of found) {
      const file = wanted.get(path);
      const same = file?.mode === mode && Buffer.compare(file.bytes, bytes) === 0;
      if (!same) this.#world.violation(`${path} in Git is not what it is at ${revision}`);
    }
    for (const path of wanted.keys()) {
      if (!tree.has(path)) this.#world.violation(`${path} is missing in Git at ${revision}`);
    }
  }

  /** Carries out a call of the repository: in time, or not, or with a failure. */
  #reach(client: SimulatedClient): <Answer>(call: () => Answer) => Promise<Answer> {
    const { scheduler, faults } = this.#world;
    const random = this.#world.random(`git ${client.name}`);
    return (call) =>
      new Promise((resolve, reject) => {
        scheduler.after(random() * CALL_MS, () =>
          client.run(() => {
            const isLost = faults.strikes("gitFailure");
            if (isLost) faults.count("gitFailure");
            // A push that fails may have been done.
            const isDone = !isLost || random() < 0.5;
            try {
              const answer = isDone ? call() : undefined;
              if (isLost) reject(new GitError("network", "the connection was lost"));
              else resolve(answer as Awaited<ReturnType<typeof call>>);
            } catch (error) {
              reject(error as Error);
            }
          }),
        );
      });
  }
}
