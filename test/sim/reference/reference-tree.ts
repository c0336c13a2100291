import type { Commit, HostDeployment, RenderedDeployment } from "@titan/domain";
import { referenceAt } from "./reference-model.ts";

export interface ReferenceFile {
  readonly mode: string;
  readonly bytes: Uint8Array;
}

/** What lies below `hosts/` in Git after these commits: path → file. */
export function referenceTree(commits: readonly Commit[]): ReadonlyMap<string, ReferenceFile> {
  const state = referenceAt(commits);
  const placements = state.get("titan.host-deployment") as Map<string, HostDeployment>;
  const rendered = state.get("titan.rendered-deployment") as Map<string, RenderedDeployment>;
  const tree = new Map<string, ReferenceFile>();
  const manifests = new Map<string, string[]>();
  for (const { host, deployment, hostLabels } of placements.values()) {
    const name = host.split("/")[1] ?? "";
    for (const { path, executable, pieces, bytes } of rendered.get(deployment)?.files ?? []) {
      const text = pieces
        .map((piece) => piece.text ?? (piece.hostName ? name : hostLabels[piece.label ?? ""]))
        .join("");
      const mode = executable ? "100755" : "100644";
      tree.set(`hosts/${host}/${deployment}/${path}`, { mode, bytes: bytes ?? Buffer.from(text) });
      // The simulator's templates have manifests in files of this kind and nowhere else.
      if (!path.endsWith(".yaml")) continue;
      manifests.set(host, [...(manifests.get(host) ?? []), `${deployment}/${path}`]);
    }
  }
  for (const [host, paths] of manifests) {
    const lines = paths.sort().map((path) => `  - ${path}\n`);
    const text =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" +
      lines.join("");
    tree.set(`hosts/${host}/kustomization.yaml`, { mode: "100644", bytes: Buffer.from(text) });
  }
  return tree;
}
