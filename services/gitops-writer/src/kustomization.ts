import type { BoundFile } from "@titan/domain";
import { isKubernetesManifest } from "./kubernetes-manifest.ts";

export const KUSTOMIZATION_FILE = "kustomization.yaml";

/** The names under which kustomize looks for its own file. */
const KUSTOMIZATION_NAME = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;

/**
 * What kustomize has to read of a deployment, relative to its folder: each manifest, or a folder (""
 * is the deployment's own) that brings a kustomization of its own and so decides what of it counts.
 */
export function resourcesOf(files: readonly BoundFile[]): readonly string[] {
  const folders = files
    .filter((file) => KUSTOMIZATION_NAME.test(file.path))
    .map((file) => file.path.slice(0, Math.max(0, file.path.lastIndexOf("/"))));
  const resources = new Set<string>();
  for (const file of files) {
    const folder = outermost(folders, file.path);
    if (folder !== null) resources.add(folder);
    else if (isKubernetesManifest(file.path, file.bytes)) resources.add(file.path);
  }
  return [...resources];
}

function outermost(folders: readonly string[], path: string): string | null {
  const around = folders.filter((folder) => folder === "" || path.startsWith(`${folder}/`));
  return around.sort((a, b) => a.length - b.length)[0] ?? null;
}

/** The file for kustomize, Flux and Argo CD that lists these resources. Same list, same bytes. */
export function kustomizationBytes(resources: readonly string[]): Uint8Array {
  const lines = [
    "apiVersion: kustomize.config.k8s.io/v1beta1",
    "kind: Kustomization",
    "resources:",
    ...[...resources].sort().map((resource) => `  - ${scalar(resource)}`),
    "",
  ];
  return Buffer.from(lines.join("\n"), "utf8");
}

/** Plain where YAML can read it as nothing else; every JSON string is a YAML scalar. */
function scalar(text: string): string {
  return /^[a-z0-9][A-Za-z0-9._/-]*$/.test(text) ? text : JSON.stringify(text);
}
