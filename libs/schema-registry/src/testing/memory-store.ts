import { AvroSchema } from "@titan/schema-codec";
import { incompatibilities } from "../compatibility.ts";
import type { CompatibilityLevel, SchemaStore, SubjectVersion } from "../schema-store.ts";

const FIRST_ID = 100;

export interface MemoryStoreOptions {
  /** Whether each subject has ids of its own, as some registries do; otherwise as Confluent's. */
  readonly idsPerSubject?: boolean;
  readonly level?: CompatibilityLevel;
  readonly firstId?: number;
}

/** A registry that takes what is compatible, as Confluent's does, in memory. For tests. */
export class MemoryStore implements SchemaStore {
  readonly #options: MemoryStoreOptions;
  readonly #texts = new Map<number, string>();
  readonly #subjects = new Map<string, SubjectVersion[]>();
  readonly #levels = new Map<string, CompatibilityLevel>();
  #level: CompatibilityLevel;
  #nextId: number;

  constructor(options: MemoryStoreOptions = {}) {
    this.#options = options;
    this.#level = options.level ?? "BACKWARD";
    this.#nextId = options.firstId ?? FIRST_ID;
  }

  schema(id: number): string | undefined {
    return this.#texts.get(id);
  }

  subjects(): readonly string[] {
    return [...this.#subjects.keys()].sort();
  }

  versions(subject: string): readonly SubjectVersion[] | undefined {
    return this.#subjects.get(subject);
  }

  register(subject: string, schema: AvroSchema, text: string): ReturnType<SchemaStore["register"]> {
    const versions = this.#subjects.get(subject) ?? [];
    const same = versions.find((each) => AvroSchema.parse(each.text)?.normal === schema.normal);
    if (same !== undefined) return { kind: "registered", id: same.id };
    const faults = incompatibilities(this.level(subject) ?? this.#level, schema, versions);
    if (faults.length > 0) {
      return { kind: "refused", status: 409, code: 409, message: faults.join("; ") };
    }
    const id = this.#idOf(text);
    this.#texts.set(id, text);
    const version = { subject, version: versions.length + 1, id, text };
    this.#subjects.set(subject, [...versions, version]);
    return { kind: "registered", id };
  }

  level(subject?: string): CompatibilityLevel | undefined {
    return subject === undefined ? this.#level : this.#levels.get(subject);
  }

  setLevel(level: CompatibilityLevel, subject?: string): undefined {
    if (subject === undefined) this.#level = level;
    else this.#levels.set(subject, level);
  }

  #idOf(text: string): number {
    const known = [...this.#texts].find(([, other]) => other === text)?.[0];
    if (known !== undefined && this.#options.idsPerSubject !== true) return known;
    this.#nextId += 1;
    return this.#nextId - 1;
  }
}
