import type { TagName } from "./tag-name.ts";

/** A value of the host, which is put in late: in the agent, and in the Git writer. */
export type HostReference =
  | { readonly kind: "name" }
  | { readonly kind: "label"; readonly label: string };

/** What `host.name` or `host.labels.…` refers to; undefined for any other name. */
export function hostReferenceOf(name: TagName): HostReference | undefined {
  const [first, second, label, ...more] = name.steps;
  if (first !== "host" || more.length > 0) return undefined;
  if (second === "name" && label === undefined) return { kind: "name" };
  if (second === "labels" && label !== undefined) return { kind: "label", label };
  return undefined;
}
