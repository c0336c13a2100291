import type { Labels } from "../labels.ts";
import type { ScopedKind } from "../noun.ts";

/** What all nouns have in common, read from an object's metadata. */
export interface Head {
  readonly workspace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly createdRevision: number;
}

/**
 * Turns a reference, `name` or `workspace/name`, into the key of what it means. When there is no such thing it says
 * so at `pointer`, to wherever the reader's refusals go, and answers an empty text.
 */
export type Resolve = (kind: ScopedKind, reference: string, pointer: string) => string;
