import type { AvroSchema } from "@titan/schema-codec";

/** One version of a subject. */
export interface SubjectVersion {
  readonly subject: string;
  /** From 1, without gaps. */
  readonly version: number;
  readonly id: number;
  /** As it was registered. */
  readonly text: string;
}

/** What `registered` says; a refusal is told to the client with the HTTP status and the code. */
export type Registration =
  | { readonly kind: "registered"; readonly id: number }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly code: number;
      readonly message: string;
    };

/** The seven levels of compatibility that Confluent's registry has. */
export const COMPATIBILITY_LEVELS = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;

export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number];

/** What the endpoints of a registry answer from. Everything is in memory. */
export interface SchemaStore {
  /** The text of a schema. */
  schema(id: number): string | undefined;
  /** Names of the subjects that can be listed. */
  subjects(): readonly string[];
  /** The versions of a subject, oldest first; undefined when there is no such subject. */
  versions(subject: string): readonly SubjectVersion[] | undefined;
  register(subject: string, schema: AvroSchema, text: string): Registration;
  /** The level of a subject, or of all when none is named; undefined when it has none of its own. */
  level(subject?: string): CompatibilityLevel | undefined;
  /** Undefined when it is done; else why it is refused. */
  setLevel(level: CompatibilityLevel, subject?: string): string | undefined;
}
