import type { Commit, Outcome, Refusal } from "@titan/domain";
import type { DatabaseSync } from "node:sqlite";
import { integerOf, textOf, type Row } from "./columns.ts";

/** One counted commit without its events. */
export interface StoredChange {
  readonly revision: number;
  readonly changeId: string;
  readonly actor: string;
  readonly reason: string;
  readonly workspace: string;
  readonly committedAt: number;
  readonly accepted: boolean;
  readonly refusals: readonly Refusal[];
  readonly outcomes: readonly Outcome[];
}

const NEVER_REFUSED = "[]";

/** Every counted commit, by revision, by proposal and by time. */
export class ChangeStore {
  readonly #insert;
  readonly #byRevision;
  readonly #byProposal;
  readonly #atOrBefore;
  readonly #from;
  readonly #position;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      `INSERT INTO change (revision, position, proposal, actor, reason, workspace, committed_at,
        accepted, refusals, outcomes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#byRevision = database.prepare("SELECT * FROM change WHERE revision = ?");
    // The first verdict on a proposal holds.
    this.#byProposal = database.prepare(
      "SELECT * FROM change WHERE proposal = ? ORDER BY revision LIMIT 1",
    );
    this.#atOrBefore = database.prepare(
      "SELECT max(revision) AS revision FROM change WHERE committed_at <= ?",
    );
    this.#position = database.prepare("SELECT position FROM change WHERE revision = ?");
    this.#from = database.prepare(
      "SELECT * FROM change WHERE revision >= ? ORDER BY revision LIMIT ?",
    );
  }

  insert(commit: Commit, position: number): void {
    const { revision, proposalId, actor, reason, workspace, committedAt, accepted } = commit;
    this.#insert.run(
      revision,
      position,
      proposalId,
      actor,
      reason,
      workspace,
      committedAt,
      accepted ? 1 : 0,
      accepted ? NEVER_REFUSED : JSON.stringify(commit.refusals),
      JSON.stringify(commit.outcomes),
    );
  }

  at(revision: number): StoredChange | undefined {
    return changeOf(this.#byRevision.get(revision));
  }

  /** Where on `titan.change` a commit counted. */
  positionOf(revision: number): number | undefined {
    const row = this.#position.get(revision);
    return row === undefined ? undefined : integerOf(row, "position");
  }

  /** The first verdict on a proposal. */
  ofProposal(id: string): StoredChange | undefined {
    return changeOf(this.#byProposal.get(id));
  }

  /** The last revision that was committed at or before a time; 0 when there is none. */
  revisionAt(timeMs: number): number {
    const row = this.#atOrBefore.get(timeMs);
    return row === undefined || row["revision"] === null ? 0 : integerOf(row, "revision");
  }

  from(revision: number, limit: number): readonly StoredChange[] {
    return this.#from.all(revision, limit).flatMap((row) => changeOf(row) ?? []);
  }
}

function changeOf(row: Row | undefined): StoredChange | undefined {
  if (row === undefined) return undefined;
  return {
    revision: integerOf(row, "revision"),
    changeId: textOf(row, "proposal"),
    actor: textOf(row, "actor"),
    reason: textOf(row, "reason"),
    workspace: textOf(row, "workspace"),
    committedAt: integerOf(row, "committed_at"),
    accepted: integerOf(row, "accepted") === 1,
    refusals: JSON.parse(textOf(row, "refusals")) as readonly Refusal[],
    outcomes: JSON.parse(textOf(row, "outcomes")) as readonly Outcome[],
  };
}
