import {
  bindFiles,
  splitKey,
  type BoundFile,
  type HostDeployment,
  type RenderedDeployment,
} from "@titan/domain";
import type { ReadModel } from "../read-model/read-model.ts";
import { loadRendered } from "../read-model/stored-value.ts";

/** A file as it is to lie on the host. */
type ReadyFile = { readonly path: string; readonly executable: boolean } & (
  | { readonly text: string }
  | { readonly base64: string }
);

/** A deployment as one host is to run it. */
interface ReadyDeployment {
  readonly deployment: string;
  readonly createdRevision: number;
  /** The label of what was rendered. */
  readonly revision: number;
  readonly digest: string;
  readonly stream: string;
  readonly files: readonly ReadyFile[];
  readonly problem: RenderedDeployment["problem"];
}

export interface ChangedDeployments {
  readonly cut: number;
  /** Whether what is absent is deleted. */
  readonly complete: boolean;
  readonly deployments: readonly ReadyDeployment[];
  readonly deleted: readonly string[];
}

/**
 * What changed for a host after a cut (PROTOCOL.md rule 24). Only a cut that this replica has
 * itself gone through, and from which it has followed without a gap, gives a difference; any other
 * is answered with everything.
 */
export function changedDeployments(
  { derived }: ReadModel,
  host: string,
  since: number | undefined,
): ChangedDeployments {
  const { store } = derived;
  const cut = derived.cut ?? 0;
  const placed = store.currentBelow("titan.host-deployment", host);
  const followed = since !== undefined && store.cutAtOrBelow(since) === since;
  const names = new Set(placed.map(({ deployment }) => deployment));
  if (!followed) {
    const deployments = placed.flatMap(({ value }) => ready({ derived }, host, value) ?? []);
    return { cut, complete: true, deployments, deleted: [] };
  }
  const changed = new Set(
    store
      .changedBelow("titan.host-deployment", host, since)
      .map((key) => key.slice(host.length + 1)),
  );
  const deployments = placed.flatMap(({ deployment, value }) => {
    const rendered = store.current("titan.rendered-deployment", deployment);
    const isNew = changed.has(deployment) || (rendered !== undefined && rendered.cut > since);
    return isNew ? (ready({ derived }, host, value) ?? []) : [];
  });
  const deleted = [...changed].filter((deployment) => !names.has(deployment));
  return { cut, complete: false, deployments, deleted };
}

function ready(
  { derived }: Pick<ReadModel, "derived">,
  host: string,
  value: string,
): ReadyDeployment | undefined {
  const { deployment, createdRevision, hostLabels, stream } = JSON.parse(value) as HostDeployment;
  const version = derived.store.current("titan.rendered-deployment", deployment);
  const rendered = version === undefined ? undefined : loadRendered(version.value);
  // At one cut both are of the same incarnation; files of another must never run.
  if (version === undefined || rendered?.createdRevision !== createdRevision) return undefined;
  const bound = bindFiles(rendered.files, { name: splitKey(host).name, labels: hostLabels });
  return {
    deployment,
    createdRevision,
    revision: version.label,
    digest: rendered.digest,
    stream,
    files: bound.ok ? bound.files.map(readyFile) : [],
    problem: bound.ok
      ? rendered.problem
      : { code: "host-label-missing", detail: bound.problems[0]?.detail ?? "", pointer: "" },
  };
}

function readyFile({ path, executable, bytes }: BoundFile): ReadyFile {
  try {
    return {
      path,
      executable,
      text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    };
  } catch {
    return { path, executable, base64: Buffer.from(bytes).toString("base64") };
  }
}
