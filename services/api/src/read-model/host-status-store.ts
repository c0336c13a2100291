import type { DeploymentStatus, HostStatus } from "@titan/domain";
import type { DatabaseSync } from "node:sqlite";
import { integerOf, textOf, type Row } from "./columns.ts";

/** What a host said of one deployment, last. */
export interface ReportedState {
  readonly deployment: string;
  readonly host: string;
  readonly hostCreatedRevision: number;
  readonly createdRevision: number;
  readonly revision: number;
  readonly digest: string;
  readonly state: string;
  readonly drifted: boolean;
  readonly detail: string;
  /** Since when it says so. */
  readonly since: number;
}

/** A report with the time at which the log took it: hosts' own clocks may be off. */
export interface SeenStatus {
  readonly status: HostStatus;
  readonly seenAt: number;
}

export interface StateChange {
  readonly host: string;
  readonly deployment: string;
  readonly at: number;
  readonly state: string;
  readonly digest: string;
  readonly revision: number;
}

/** So many changes of state are kept; the oldest go first. */
const STATE_CHANGES_MAX = 200_000;
const GONE = "gone";

/** The last report of each host; an older one never takes the place of a newer. */
export class HostStatusStore {
  readonly #read;
  readonly #write;
  readonly #states;
  readonly #putState;
  readonly #dropState;
  readonly #addChange;
  readonly #trim;
  readonly #changes;

  constructor(database: DatabaseSync) {
    this.#read = database.prepare("SELECT * FROM host_status WHERE host = ?");
    this.#write = database.prepare(
      "INSERT OR REPLACE INTO host_status VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#states = database.prepare("SELECT * FROM deployment_state WHERE host = ?");
    this.#putState = database.prepare(
      "INSERT OR REPLACE INTO deployment_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#dropState = database.prepare(
      "DELETE FROM deployment_state WHERE deployment = ? AND host = ?",
    );
    this.#addChange = database.prepare(
      `INSERT INTO state_change (host, deployment, at, state, digest, revision)
        VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#trim = database.prepare("DELETE FROM state_change WHERE id <= ?");
    this.#changes = database.prepare(
      `SELECT * FROM state_change WHERE deployment = ? AND host = ? ORDER BY id DESC LIMIT ?`,
    );
  }

  last(host: string): SeenStatus | undefined {
    const row = this.#read.get(host);
    if (row === undefined) return undefined;
    const status = JSON.parse(textOf(row, "value")) as HostStatus;
    return { status, seenAt: integerOf(row, "seen_at") };
  }

  statesOfHost(host: string): readonly ReportedState[] {
    return this.#states.all(host).map(stateOf);
  }

  /** Newest first. */
  stateChanges(deployment: string, host: string, limit: number): readonly StateChange[] {
    return this.#changes.all(deployment, host, limit).map((row) => ({
      host: textOf(row, "host"),
      deployment: textOf(row, "deployment"),
      at: integerOf(row, "at"),
      state: textOf(row, "state"),
      digest: textOf(row, "digest"),
      revision: integerOf(row, "revision"),
    }));
  }

  /** False when what is known is as new or newer. */
  take(status: HostStatus, seenAt: number): boolean {
    const host = `${status.workspace}/${status.host}`;
    const last = this.#read.get(host);
    if (last !== undefined && !isNewer(status, last)) return false;
    const { hostCreatedRevision, incarnation, sequence } = status;
    const value = JSON.stringify(status);
    const problem = status.problem?.detail ?? "";
    this.#write.run(host, hostCreatedRevision, incarnation, sequence, seenAt, problem, value);
    const known = new Map(this.statesOfHost(host).map((state) => [state.deployment, state]));
    for (const deployment of status.deployments) {
      const before = known.get(deployment.deployment);
      this.#takeState(host, hostCreatedRevision, seenAt, deployment, before);
      known.delete(deployment.deployment);
    }
    for (const { deployment, digest, revision } of known.values()) {
      this.#dropState.run(deployment, host);
      this.#change(host, deployment, seenAt, GONE, digest, revision);
    }
    return true;
  }

  #takeState(
    host: string,
    hostCreatedRevision: number,
    seenAt: number,
    now: DeploymentStatus,
    before: ReportedState | undefined,
  ): void {
    const { deployment, createdRevision, revision, digest, drifted } = now;
    const same =
      before?.state === now.state &&
      before.digest === digest &&
      before.createdRevision === createdRevision &&
      before.hostCreatedRevision === hostCreatedRevision;
    const since = same ? before.since : seenAt;
    const detail = now.error === null ? "" : now.error.detail;
    this.#putState.run(
      deployment,
      host,
      hostCreatedRevision,
      createdRevision,
      revision,
      digest,
      now.state,
      drifted ? 1 : 0,
      detail,
      since,
    );
    if (!same) this.#change(host, deployment, seenAt, now.state, digest, revision);
  }

  #change(
    host: string,
    deployment: string,
    at: number,
    state: string,
    digest: string,
    revision: number,
  ): void {
    const { lastInsertRowid } = this.#addChange.run(host, deployment, at, state, digest, revision);
    this.#trim.run(Number(lastInsertRowid) - STATE_CHANGES_MAX);
  }
}

/** By the incarnation of the host, then that of the reporter, then its sequence. */
function isNewer(status: HostStatus, before: Row): boolean {
  const created = integerOf(before, "host_created");
  if (status.hostCreatedRevision !== created) return status.hostCreatedRevision > created;
  const incarnation = textOf(before, "incarnation");
  if (status.incarnation !== incarnation) return status.incarnation > incarnation;
  return status.sequence > integerOf(before, "sequence");
}

function stateOf(row: Row): ReportedState {
  return {
    deployment: textOf(row, "deployment"),
    host: textOf(row, "host"),
    hostCreatedRevision: integerOf(row, "host_created"),
    createdRevision: integerOf(row, "created"),
    revision: integerOf(row, "revision"),
    digest: textOf(row, "digest"),
    state: textOf(row, "state"),
    drifted: integerOf(row, "drifted") === 1,
    detail: textOf(row, "detail"),
    since: integerOf(row, "since"),
  };
}
