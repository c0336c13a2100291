import { fieldOf, isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { suggestionFor } from "../suggestion.ts";
import type { Scope } from "./scope.ts";
import type { TagName } from "./tag-name.ts";

/** What a name means at one place of a template. */
export type Lookup =
  | { readonly found: "value"; readonly value: JsonValue }
  /** A value of the host, which is known only there. */
  | { readonly found: "host" }
  /** `.` outside of every section. */
  | { readonly found: "scope" }
  /** `hint` says what may have been meant; it takes time to find. */
  | { readonly found: "nothing"; readonly hint: () => string };

/**
 * The scope, and on top of it the items of the sections around. As in Mustache the first step of a name is looked for
 * from the innermost item outwards, and the others below what was found; only own fields of objects count.
 */
export class ContextStack {
  readonly #scope: Scope;
  readonly #items: JsonValue[] = [];

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** Runs `body` with `item` innermost. */
  within(item: JsonValue, body: () => void): void {
    this.#items.push(item);
    body();
    this.#items.pop();
  }

  lookup(name: TagName): Lookup {
    const [first, ...rest] = name.steps;
    if (first === undefined) {
      const item = this.#items.at(-1);
      return item === undefined ? { found: "scope" } : { found: "value", value: item };
    }
    const holder = this.#holderOf(first);
    if (holder === undefined) {
      return first === "host" ? { found: "host" } : missing(this.#scope, "", first);
    }
    let value = fieldOf(holder, first) ?? null;
    let path = first;
    for (const step of rest) {
      const next = isJsonObject(value) ? fieldOf(value, step) : undefined;
      if (next === undefined) return missing(value, `${path}.`, step);
      value = next;
      path = `${path}.${step}`;
    }
    return { found: "value", value };
  }

  #holderOf(first: string): JsonObject | undefined {
    for (let index = this.#items.length - 1; index >= 0; index--) {
      const item = this.#items[index];
      if (isJsonObject(item) && Object.hasOwn(item, first)) return item;
    }
    return Object.hasOwn(this.#scope, first) ? this.#scope : undefined;
  }
}

function missing(holder: JsonValue, path: string, step: string): Lookup {
  return { found: "nothing", hint: () => hintFor(holder, path, step) };
}

function hintFor(holder: JsonValue, path: string, step: string): string {
  const suggestion = isJsonObject(holder) ? suggestionFor(step, Object.keys(holder)) : undefined;
  if (suggestion !== undefined) return `did you mean "${path}${suggestion}"?`;
  if (!path.startsWith("values.")) return "";
  return "set it in the deployment, the workload or the template's defaults";
}
