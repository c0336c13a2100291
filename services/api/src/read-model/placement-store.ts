import type { DatabaseSync } from "node:sqlite";
import { integerOf, integerOrNull, textOf, textOrNull, type Row } from "./columns.ts";

/** A deployment on a host, with what the host last said of it. */
export interface Placement {
  readonly key: string;
  readonly host: string;
  readonly deployment: string;
  readonly hostCreatedRevision: number;
  readonly createdRevision: number;
  /** The label of its record: since when the deployment is on the host, as it is. */
  readonly revision: number;
  /** The host's last report, about whatever. */
  readonly seen:
    | { readonly hostCreatedRevision: number; readonly at: number; readonly problem: string }
    | undefined;
  /** What that report said of this deployment. */
  readonly reported: Reported | undefined;
}

export interface Reported {
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

const COLUMNS = `d.key, d.host, d.deployment, d.created, d.host_created, d.label,
  s.host_created AS seen_created, s.seen_at, s.problem,
  t.host_created AS said_host_created, t.created AS said_created, t.revision, t.digest, t.state,
  t.drifted, t.detail, t.since`;
const JOINED = `derived d LEFT JOIN host_status s ON s.host = d.host
  LEFT JOIN deployment_state t ON t.deployment = d.deployment AND t.host = d.host`;

/** Placements in force beside what hosts report, without reading a value: there may be many. */
export class PlacementStore {
  readonly #ofDeployment;
  readonly #ofHost;

  constructor(database: DatabaseSync) {
    const inForce = "d.stream = 'titan.host-deployment' AND d.until IS NULL";
    this.#ofDeployment = database.prepare(
      `SELECT ${COLUMNS} FROM ${JOINED} WHERE d.deployment = ? AND d.deployment <> '' AND ${inForce} AND d.key > ?
        ORDER BY d.key LIMIT ?`,
    );
    this.#ofHost = database.prepare(
      `SELECT ${COLUMNS} FROM ${JOINED} WHERE ${inForce} AND d.key >= ? AND d.key < ?
        ORDER BY d.key`,
    );
  }

  /** In the order of keys, behind one. */
  ofDeployment(deployment: string, after: string, limit: number): readonly Placement[] {
    return this.#ofDeployment.all(deployment, after, limit).map(placementOf);
  }

  ofHost(host: string): readonly Placement[] {
    return this.#ofHost.all(`${host}/`, `${host}0`).map(placementOf);
  }
}

function placementOf(row: Row): Placement {
  const seenAt = integerOrNull(row, "seen_at");
  const state = textOrNull(row, "state");
  return {
    key: textOf(row, "key"),
    host: textOf(row, "host"),
    deployment: textOf(row, "deployment"),
    hostCreatedRevision: integerOf(row, "host_created"),
    createdRevision: integerOf(row, "created"),
    revision: integerOf(row, "label"),
    seen:
      seenAt === null
        ? undefined
        : {
            hostCreatedRevision: integerOf(row, "seen_created"),
            at: seenAt,
            problem: textOf(row, "problem"),
          },
    reported:
      state === null
        ? undefined
        : {
            hostCreatedRevision: integerOf(row, "said_host_created"),
            createdRevision: integerOf(row, "said_created"),
            revision: integerOf(row, "revision"),
            digest: textOf(row, "digest"),
            state,
            drifted: integerOf(row, "drifted") === 1,
            detail: textOf(row, "detail"),
            since: integerOf(row, "since"),
          },
  };
}
