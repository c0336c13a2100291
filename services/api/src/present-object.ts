import { objectOf, type JsonObject, type NounKind, type NounValue } from "@titan/domain";

/** A noun as people and programs see it, with what is known about it beside. */
export interface PresentedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly workspace?: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly revision: number;
    readonly createdRevision: number;
  };
  readonly spec: JsonObject;
  /** As it is now; an object as it was has none. */
  readonly status?: object;
}

export function presentObject(
  kind: NounKind,
  value: NounValue,
  revision: number,
  status?: object,
): PresentedObject {
  const object = objectOf(kind, value as never, revision);
  return status === undefined ? object : { ...object, status };
}

export function etagOf(revision: number): string {
  return `"${revision}"`;
}
