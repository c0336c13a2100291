import { fieldAt } from "../field-at.ts";
import type { TitanObject } from "../titan-object.ts";

type Fields = Readonly<Record<string, unknown>>;

const REFERENCES: readonly string[] = ["workload", "template", "target"];

/**
 * What is and what is declared, in one form: without what the server adds, fields in one order, and
 * references written as the server has them where they mean the same.
 */
export function comparable(
  before: TitanObject | undefined,
  declared: Fields,
): readonly [object | undefined, object] {
  const spec = fieldsAt(declared, "spec");
  const known = before?.spec ?? {};
  const resolved = Object.fromEntries(
    Object.entries(spec).map(([field, value]) => {
      const now = known[field];
      const same =
        REFERENCES.includes(field) && typeof now === "string" && now.endsWith(`/${String(value)}`);
      return [field, same ? now : value];
    }),
  );
  const labels = fieldsAt(declared, "metadata", "labels");
  const from = before && { labels: before.metadata.labels ?? {}, spec: known };
  return [from && sorted(from), sorted({ labels, spec: resolved })];
}

function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  const found = fieldAt(value, ...path);
  return typeof found === "object" && found !== null ? { ...found } : {};
}

function sorted(value: object): object {
  return JSON.parse(JSON.stringify(value, sortFields)) as object;
}

function sortFields(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}
