const YAML_NAME = /\.ya?ml$/i;
const DOCUMENT_START = /^---(\s|$)/;
const API_VERSION = /^["']?apiVersion["']?\s*:/;
const KIND = /^["']?kind["']?\s*:/;
const NO_CONTENT = /^(\s*(#.*)?|%.*|\.\.\.\s*)$/;

/**
 * Whether a file is one that Kubernetes takes: its name ends in .yaml or .yml, and every document in
 * it that is not empty has a line that begins with `apiVersion:` and one that begins with `kind:`.
 *
 * A test of lines, not of YAML: parsing what people supply is slow and can be attacked, and a
 * manifest is written in block style in practice. One in flow style (`{apiVersion: …}`) is not
 * recognised and simply not listed.
 */
export function isKubernetesManifest(path: string, bytes: Uint8Array): boolean {
  if (!YAML_NAME.test(path)) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  let documents = 0;
  let current = { apiVersion: false, kind: false, content: false };
  const complete = (): boolean => {
    const { apiVersion, kind, content } = current;
    current = { apiVersion: false, kind: false, content: false };
    if (content) documents += 1;
    return !content || (apiVersion && kind);
  };
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    if (DOCUMENT_START.test(line)) {
      if (!complete()) return false;
    } else if (!NO_CONTENT.test(line)) {
      current.content = true;
      current.apiVersion ||= API_VERSION.test(line);
      current.kind ||= KIND.test(line);
    }
  }
  return complete() && documents > 0;
}
