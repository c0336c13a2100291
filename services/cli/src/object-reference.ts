import { usageError } from "./command-error.ts";
import { kindNamed, KIND_WORDS, type Kind } from "./kinds.ts";
import { suggest } from "./suggestion.ts";

/** One object, or all of a kind when there is no name. */
export interface ObjectReference {
  readonly kind: Kind;
  readonly name: string | undefined;
}

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Reads `KIND NAME`, `KIND/NAME` or `KIND`. */
export async function readReference(word: string, name?: string): Promise<ObjectReference> {
  const slash = word.indexOf("/");
  const kindWord = slash < 0 ? word : word.slice(0, slash);
  const kind = await readKind(kindWord);
  if (slash < 0) return { kind, name: name === undefined ? undefined : checkName(name) };
  if (name !== undefined)
    throw usageError(`"${word}" names an object already; "${name}" is one too many`);
  return { kind, name: checkName(word.slice(slash + 1)) };
}

/** The same where a name is needed. */
export async function readNamed(
  word: string,
  name?: string,
): Promise<ObjectReference & { readonly name: string }> {
  const reference = await readReference(word, name);
  if (reference.name === undefined) {
    const { singular } = reference.kind;
    throw usageError(`which ${singular}?`, `give its name: ${singular} NAME`);
  }
  return { kind: reference.kind, name: reference.name };
}

async function readKind(word: string): Promise<Kind> {
  const kind = kindNamed(word);
  if (kind !== undefined) return kind;
  const hint = await suggest(word, KIND_WORDS);
  throw usageError(`there is no kind "${word}"`, hint || `one of: ${KIND_WORDS.join(", ")}`);
}

/** Names go into addresses, so nothing that could lead elsewhere may pass; the server knows the rest of the rules. */
function checkName(name: string): string {
  if (SEGMENT.test(name)) return name;
  throw usageError(
    `"${name}" is not a name`,
    "names are lower case letters, digits and hyphens, at most 63",
  );
}

/** The address of an object or list. `*` as workspace lists over all workspaces. */
export function pathOf({ kind, name }: ObjectReference, workspace: string): string {
  const everywhere = name === undefined && workspace === "*";
  const place = kind.scoped && !everywhere ? `/workspaces/${encodeURIComponent(workspace)}` : "";
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `/v1${place}/${kind.plural}${object}`;
}

/** `host/tim-pi`, with the workspace in between when it is not the current one. */
export function shownKey(kindWord: string, key: string, workspace: string): string {
  const singular = kindNamed(kindWord)?.singular ?? kindWord.toLowerCase();
  const own = `${workspace}/`;
  return `${singular}/${key.startsWith(own) ? key.slice(own.length) : key}`;
}
