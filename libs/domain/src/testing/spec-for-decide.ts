import { decide, type Verdict } from "../decide/decide.ts";
import { installationEvents } from "../decide/installation.ts";
import { World } from "../decide/world.ts";
import type { Code } from "../codes.ts";
import { DEFAULT_WORKSPACE } from "../name.ts";
import type { Event, Operation, Proposal } from "../records.generated.ts";

/** A proposal of these operations, for the workspace `default` unless `extra` says otherwise. */
export function proposalOf(
  operations: readonly Operation[],
  extra: Partial<Proposal> = {},
): Proposal {
  return {
    id: "proposal",
    seen: 0,
    workspace: DEFAULT_WORKSPACE,
    actor: "tester",
    reason: "",
    proposedAt: 0,
    traceparent: "",
    operations,
    ...extra,
  };
}

/** A world right after its installation, with the view target-delta in version 1. */
export function installedWorld(): World {
  const world = new World();
  world.apply(installationEvents({ views: [{ name: "target-delta", version: 1 }] }), 1);
  return world;
}

/**
 * Given changes, when a proposal comes, then a verdict. Each `given` is one change, which must be accepted; the
 * installation is there. What does not hold throws an error that tells the verdict.
 */
export function specForDecide(): DecideSpec {
  return new DecideSpec(installedWorld());
}

export class DecideSpec {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  given(...operations: readonly Operation[]): this {
    this.#commit(decide(this.world, proposalOf(operations), { revision: this.#next }));
    return this;
  }

  when(...operations: readonly Operation[]): DecidedSpec {
    return this.whenProposed(proposalOf(operations));
  }

  whenProposed(proposal: Proposal): DecidedSpec {
    const verdict = decide(this.world, proposal, { revision: this.#next });
    return new DecidedSpec(this.world, this.#next, verdict);
  }

  get #next(): number {
    return this.world.revision + 1;
  }

  #commit(verdict: Verdict): void {
    if (!verdict.accepted) fail("what is given was refused", verdict);
    this.world.apply(verdict.events, this.#next);
  }
}

export class DecidedSpec {
  readonly verdict: Verdict;
  readonly #world: World;
  readonly #revision: number;

  constructor(world: World, revision: number, verdict: Verdict) {
    this.#world = world;
    this.#revision = revision;
    this.verdict = verdict;
  }

  /** Accepted, with an event for each of these and no other: `UPDATE Host default/tim-pi`. */
  emits(...expected: readonly string[]): this {
    const events = this.#accepted().map(({ op, kind, key }) => `${op} ${kind} ${key}`);
    if (JSON.stringify(events) !== JSON.stringify(expected)) {
      fail(`expected the events ${expected.join("; ")}`, this.verdict);
    }
    return this;
  }

  /** Accepted, with these results of the operations. */
  results(...expected: readonly string[]): this {
    this.#accepted();
    const outcomes = this.verdict.accepted ? this.verdict.outcomes : [];
    const results = outcomes.map((outcome) => outcome.result);
    if (JSON.stringify(results) !== JSON.stringify(expected)) {
      fail(`expected the results ${expected.join(", ")}`, this.verdict);
    }
    return this;
  }

  /** Refused with exactly these codes and pointers: `in-use /operations/0`. */
  refuses(...expected: readonly `${Code} ${string}`[]): this {
    const refusals = this.verdict.accepted ? [] : this.verdict.refusals;
    const found = refusals.map(({ code, pointer }) => `${code} ${pointer}`);
    if (this.verdict.accepted || JSON.stringify(found) !== JSON.stringify(expected)) {
      fail(`expected the refusals ${expected.join("; ")}`, this.verdict);
    }
    return this;
  }

  /** Refused, and some detail or hint holds this text. */
  says(text: string): this {
    const refusals = this.verdict.accepted ? [] : this.verdict.refusals;
    const isSaid = refusals.some(({ detail, hint }) => `${detail}\n${hint}`.includes(text));
    if (!isSaid) fail(`expected a refusal that says "${text}"`, this.verdict);
    return this;
  }

  /** Accepted; goes on in the world after it. */
  committed(): DecideSpec {
    this.#world.apply(this.#accepted(), this.#revision);
    return new DecideSpec(this.#world);
  }

  #accepted(): readonly Event[] {
    return this.verdict.accepted ? this.verdict.events : fail("expected acceptance", this.verdict);
  }
}

function fail(expectation: string, verdict: Verdict): never {
  throw new Error(`${expectation}; the verdict is ${JSON.stringify(verdict, undefined, 2)}`);
}
