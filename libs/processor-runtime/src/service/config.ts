import { readFileSync } from "node:fs";

/** One setting: where it comes from, what it may be, and what it is when nothing is said. */
export interface ConfigField<Value> {
  readonly key: `TITAN_${string}`;
  /** In words, for whoever has it wrong. */
  readonly expected: string;
  readonly fallback?: Value;
  /** Undefined for what it may not be. */
  parse(text: string): Value | undefined;
  /** Other settings that must be said when this one has the value. */
  needs?(value: Value): readonly string[];
  /** It may be in a file instead, which the variable with `_FILE` behind its name tells. */
  readonly isSecret?: true;
}

type ConfigFields<Config> = { readonly [Name in keyof Config]: ConfigField<Config[Name]> };

/** Everything that is wrong with a configuration, at once. Values are not told: some are secret. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration can not be used:\n  ${problems.join("\n  ")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Reads every field from the environment. An empty text counts as nothing said. */
export function readConfig<Config extends object>(
  environment: Readonly<Record<string, string | undefined>>,
  fields: ConfigFields<Config>,
): Config {
  const problems: string[] = [];
  const entries: [string, unknown][] = [];
  for (const [name, field] of Object.entries<ConfigField<unknown>>(fields)) {
    const text = textOf(field, environment);
    if (text === undefined) {
      problems.push(`${field.key}_FILE is wrong: expected a file that can be read`);
      continue;
    }
    const value = text === "" ? field.fallback : field.parse(text);
    if (value === undefined) {
      const fault = text === "" ? "is missing" : "is wrong";
      problems.push(`${field.key} ${fault}: expected ${field.expected}`);
      continue;
    }
    entries.push([name, value]);
    for (const other of field.needs?.(value) ?? []) {
      if ((environment[other] ?? environment[`${other}_FILE`] ?? "") !== "") continue;
      problems.push(`${other} is missing: ${field.key} as it is needs it`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(entries) as Config;
}

/** Undefined when the file that holds a secret can not be read. */
function textOf(
  { key, isSecret }: ConfigField<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const text = environment[key] ?? "";
  const path = environment[`${key}_FILE`] ?? "";
  if (text !== "" || isSecret !== true || path === "") return text;
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch {
    return undefined;
  }
}

/** Nothing unless said. */
export function secretField(
  key: ConfigField<string>["key"],
  expected: string,
): ConfigField<string> {
  return { key, expected, fallback: "", parse: (text) => text, isSecret: true };
}

export function textField(key: ConfigField<string>["key"], expected: string): ConfigField<string> {
  return { key, expected, parse: (text) => text };
}

export function oneOfField<Value extends string>(
  key: ConfigField<Value>["key"],
  values: readonly Value[],
  fallback: Value,
): ConfigField<Value> {
  const parse = (text: string): Value | undefined => values.find((value) => value === text);
  return { key, expected: `one of ${values.join(", ")}`, fallback, parse };
}

/** A whole number; both ends are allowed. */
export function integerField(
  key: ConfigField<number>["key"],
  range: { readonly min: number; readonly max: number },
  fallback: number,
): ConfigField<number> {
  const { min, max } = range;
  const parse = (text: string): number | undefined => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    return value >= min && value <= max ? value : undefined;
  };
  return { key, expected: `a whole number from ${min} to ${max}`, fallback, parse };
}
