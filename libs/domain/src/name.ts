/** RFC 1123: what fits one DNS label. No dots, so a topic name needs no escaping. */
export const NAME_LENGTH_MAX = 63;

/** The workspace that always exists and whose nouns every workspace can refer to. */
export const DEFAULT_WORKSPACE = "default";

const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** True when `text` is an RFC 1123 label: lower case, digits and hyphens, at most 63, no hyphen at either end. */
export function isName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && NAME.test(text);
}

/** What is wrong with a name, as a sentence; undefined when it is one. */
export function nameFault(text: string): string | undefined {
  if (text.length === 0) return "a name must not be empty";
  if (text.length > NAME_LENGTH_MAX) {
    return `a name has at most ${NAME_LENGTH_MAX} characters, this one has ${text.length}`;
  }
  if (NAME.test(text)) return undefined;
  return "a name consists of lower case letters, digits and hyphens, and neither starts nor ends with a hyphen";
}

/** The nearest valid name, to be offered as a hint; empty when there is none. */
export function nameLike(text: string): string {
  const lowered = text.slice(0, 4 * NAME_LENGTH_MAX).toLowerCase();
  const joined = lowered.replaceAll(/[^a-z0-9]+/g, "-").slice(0, NAME_LENGTH_MAX);
  return joined.replace(/^-/, "").replace(/-$/, "");
}
