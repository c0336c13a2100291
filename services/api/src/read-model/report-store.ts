import type { GitCommit, Report, ReportKind } from "@titan/domain";
import type { DatabaseSync } from "node:sqlite";
import { integerOf, textOf, type Row } from "./columns.ts";

/** The last report of each kind on each subject, and the commits that were pushed to Git. */
export class ReportStore {
  readonly #read;
  readonly #write;
  readonly #addCommit;
  readonly #firstCommit;
  readonly #commit;

  constructor(database: DatabaseSync) {
    this.#read = database.prepare(
      "SELECT * FROM report WHERE workspace = ? AND subject = ? AND kind = ?",
    );
    this.#write = database.prepare(
      "INSERT OR REPLACE INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#addCommit = database.prepare(
      "INSERT OR REPLACE INTO git_commit VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#firstCommit = database.prepare(
      `SELECT * FROM git_commit WHERE revision >= ? AND problem = ''
        ORDER BY revision LIMIT 1`,
    );
    this.#commit = database.prepare(
      "SELECT * FROM git_commit WHERE commit_id = ? AND problem = '' LIMIT 1",
    );
  }

  last(workspace: string, subject: string, kind: ReportKind): Report | undefined {
    const row = this.#read.get(workspace, subject, kind);
    return row === undefined ? undefined : reportOf(row, kind);
  }

  /** False when what is known is as new or newer. */
  take(report: Report): boolean {
    const { workspace, subject, kind, incarnation, sequence, reportedAt } = report;
    const before = this.last(workspace, subject, kind);
    if (before !== undefined && !isNewer(report, before)) return false;
    this.#write.run(
      workspace,
      subject,
      kind,
      incarnation,
      sequence,
      reportedAt,
      report.commit,
      report.image,
      report.url,
      report.actor,
    );
    return true;
  }

  addCommit({ repository, revision, branch, commit, committedAt, problem }: GitCommit): void {
    this.#addCommit.run(repository, revision, branch, commit, committedAt, problem);
  }

  /** The first commit whose tree is that of this revision or a later one. */
  firstCommitFrom(revision: number): GitCommit | undefined {
    return commitOf(this.#firstCommit.get(revision));
  }

  commit(id: string): GitCommit | undefined {
    return commitOf(this.#commit.get(id));
  }
}

function isNewer(report: Report, before: Report): boolean {
  if (report.incarnation !== before.incarnation) return report.incarnation > before.incarnation;
  return report.sequence > before.sequence;
}

function reportOf(row: Row, kind: ReportKind): Report {
  return {
    workspace: textOf(row, "workspace"),
    subject: textOf(row, "subject"),
    kind,
    commit: textOf(row, "git_commit"),
    image: textOf(row, "image"),
    url: textOf(row, "url"),
    actor: textOf(row, "actor"),
    incarnation: textOf(row, "incarnation"),
    sequence: integerOf(row, "sequence"),
    reportedAt: integerOf(row, "reported_at"),
  };
}

function commitOf(row: Row | undefined): GitCommit | undefined {
  if (row === undefined) return undefined;
  return {
    repository: textOf(row, "repository"),
    branch: textOf(row, "branch"),
    commit: textOf(row, "commit_id"),
    revision: integerOf(row, "revision"),
    committedAt: integerOf(row, "committed_at"),
    problem: textOf(row, "problem"),
  };
}
