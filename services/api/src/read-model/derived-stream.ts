import {
  STREAMS,
  type Assignment,
  type HostDeployment,
  type HostTarget,
  type Installation,
  type RenderedDeployment,
  type Stream,
} from "@titan/domain";
import type { Statement } from "@titan/processor-runtime";
import { derivedHash } from "@titan/schema-codec";
import { storeRendered } from "./stored-value.ts";

/** The derived streams that the read model follows. */
export const DERIVED_STREAMS = [
  "titan.host-target",
  "titan.assignment",
  "titan.host-deployment",
  "titan.rendered-deployment",
] as const;

export type DerivedStream = (typeof DERIVED_STREAMS)[number];

/** Those whose records lie in the file; who is in which target is in memory (`HostsAndTargets`). */
export type StoredStream = Exclude<DerivedStream, "titan.host-target">;

export function isStored(stream: DerivedStream): stream is StoredStream {
  return stream !== "titan.host-target";
}

export function partitionsOf(topic: DerivedStream, installation: Installation): number {
  const stream: Stream | undefined = STREAMS.find((row) => row.topic === topic);
  if (stream === undefined) throw new RangeError(`no stream is called ${topic}`);
  switch (stream.partitions) {
    case "H":
      return installation.hostPartitions;
    case "D":
      return installation.deploymentPartitions;
    case "1":
      return 1;
  }
}

/** What the file keeps of a record that is in force. */
export interface DerivedRow {
  readonly deployment: string;
  /** Only of a placement: the host, and both incarnations. */
  readonly host: string;
  readonly created: number;
  readonly hostCreated: number;
  readonly value: string;
  /** Of the record as it stands in its slice's stream; sixteen hexadecimal digits. */
  readonly hash: string;
}

const NOT_PLACED = { host: "", created: 0, hostCreated: 0 } as const;

export function rowOf(stream: StoredStream, statement: Statement): DerivedRow {
  switch (stream) {
    case "titan.assignment":
      return plain(statement, (statement.current as Assignment).deployment);
    case "titan.host-deployment": {
      const current = statement.current as HostDeployment;
      const hash = derivedHash("host-deployment", current.deployment, current);
      const { host, createdRevision: created, hostCreatedRevision: hostCreated } = current;
      const row = plain(statement, current.deployment);
      return { ...row, host, created, hostCreated, hash: hexOf(hash) };
    }
    case "titan.rendered-deployment": {
      const value = storeRendered(statement.current as RenderedDeployment);
      return { ...NOT_PLACED, deployment: statement.key, value, hash: hexOf(statement.hash) };
    }
  }
}

/** The targets of a host, as its record on `titan.host-target` says. */
export function targetsIn({ current }: Statement): readonly string[] {
  return (current as HostTarget | null)?.targets ?? [];
}

export function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}

function plain({ current, hash }: Statement, deployment: string): DerivedRow {
  return { ...NOT_PLACED, deployment, value: JSON.stringify(current), hash: hexOf(hash) };
}
