/** Labels by Kubernetes' rules: a key is a name with an optional DNS prefix, a value is a name or empty. */
export type Labels = Readonly<Record<string, string>>;

export const LABELS_MAX = 64;
const LABEL_NAME_LENGTH_MAX = 63;
const LABEL_PREFIX_LENGTH_MAX = 253;
const LABEL_VALUE_LENGTH_MAX = 63;

const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a label key, as a sentence; undefined when it is one. */
export function labelKeyFault(key: string): string | undefined {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined) {
    if (prefix.length === 0 || prefix.length > LABEL_PREFIX_LENGTH_MAX) {
      return `the part of a label key before "/" has 1 to ${LABEL_PREFIX_LENGTH_MAX} characters`;
    }
    if (!PREFIX.test(prefix)) return 'the part of a label key before "/" is a DNS name';
  }
  if (name.length === 0) return "a label key must not be empty";
  if (name.length > LABEL_NAME_LENGTH_MAX) {
    return `the name of a label key has at most ${LABEL_NAME_LENGTH_MAX} characters`;
  }
  if (NAME.test(name)) return undefined;
  return "the name of a label key consists of letters, digits, '-', '_' and '.', and starts and ends with a letter or digit";
}

export function isLabelKey(key: string): boolean {
  return labelKeyFault(key) === undefined;
}

/** What is wrong with a label value, as a sentence; undefined when it is one. The empty value is one. */
export function labelValueFault(value: string): string | undefined {
  if (value.length === 0) return undefined;
  if (value.length > LABEL_VALUE_LENGTH_MAX) {
    return `a label value has at most ${LABEL_VALUE_LENGTH_MAX} characters`;
  }
  if (NAME.test(value)) return undefined;
  return "a label value is empty or consists of letters, digits, '-', '_' and '.', and starts and ends with a letter or digit";
}

/** The value of a label; undefined when the host lacks it. A label called `constructor` is a label like any other. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
