import { isJsonObject, type JsonObject, jsonFaults, parseJson } from "../json.ts";
import { pointerTo } from "../json-pointer.ts";
import { isNounKind, kindOf, type NounKind } from "../noun.ts";
import { type Identity, readIdentity } from "../object/identity.ts";
import type { Action, Operation, Proposal } from "../records.generated.ts";
import type { Refusals } from "../refusals.ts";

/** Operations of one change. */
export const OPERATIONS_MAX = 1_000;
/** Characters of one operation's document. */
export const DOCUMENT_LENGTH_MAX = 900 * 1_024;
/** Nesting of a document: values and selectors have limits of their own below this. */
const DOCUMENT_DEPTH_MAX = 64;
/** Characters of each text of a proposal. */
export const PROPOSAL_TEXT_LENGTH_MAX = 4_096;

/** An operation whose document was read as far as saying which object it is about. */
export interface PlannedOperation extends Identity {
  readonly index: number;
  /** JSON pointer of the operation in its proposal. */
  readonly pointer: string;
  readonly action: Action;
  readonly kind: NounKind;
  readonly document: JsonObject;
  readonly expected: number | null;
}

/** Reads a proposal's operations. Those that can not be read are left out, with the reasons in the refusals. */
export function planOperations(
  proposal: Proposal,
  refusals: Refusals,
): readonly PlannedOperation[] {
  const { operations } = proposal;
  for (const field of ["id", "actor", "reason", "traceparent"] as const) {
    if (proposal[field].length <= PROPOSAL_TEXT_LENGTH_MAX) continue;
    const detail = `${field} has at most ${PROPOSAL_TEXT_LENGTH_MAX} characters`;
    refusals.add("too-long", pointerTo("", field), detail);
  }
  if (operations.length === 0) {
    refusals.add("no-operations", "/operations", "a change has at least one operation");
  }
  if (operations.length > OPERATIONS_MAX) {
    const detail = `a change has at most ${OPERATIONS_MAX} operations, this one has ${operations.length}`;
    refusals.add("too-many-operations", "/operations", detail);
    return [];
  }
  const planned = operations.map((operation, index) =>
    planOperation(operation, index, proposal.workspace, refusals),
  );
  return planned.filter((plan) => plan !== undefined);
}

function planOperation(
  { action, kind: word, document: text, expected }: Operation,
  index: number,
  workspace: string,
  refusals: Refusals,
): PlannedOperation | undefined {
  const pointer = pointerTo("/operations", index);
  const kind = readKind(word, pointer, refusals);
  const document = readDocument(text, pointer, refusals);
  if (kind === undefined || document === undefined) return undefined;
  const identity = readIdentity(kind, document, workspace, pointer, refusals);
  if (identity === undefined) return undefined;
  return { ...identity, index, pointer, action, kind, document, expected };
}

function readKind(word: string, pointer: string, refusals: Refusals): NounKind | undefined {
  if (isNounKind(word)) return word;
  const at = pointerTo(pointer, "kind");
  const shown = JSON.stringify(word.slice(0, 80));
  const meant = kindOf(word);
  if (meant.ok && meant.kind === "Assignment") {
    refusals.add("read-only-kind", at, "assignments follow from deployments and hosts");
    return undefined;
  }
  refusals.add("unknown-kind", at, `there is no kind ${shown}`, () => {
    const near = meant.ok ? meant.kind : meant.suggestion;
    return near === undefined ? "" : `did you mean "${near}"?`;
  });
  return undefined;
}

function readDocument(text: string, pointer: string, refusals: Refusals): JsonObject | undefined {
  if (text.length > DOCUMENT_LENGTH_MAX) {
    const detail = `a document has at most ${DOCUMENT_LENGTH_MAX} characters`;
    refusals.add("malformed-document", pointer, detail);
    return undefined;
  }
  const parsed = parseJson(text);
  if (!parsed.ok) {
    refusals.add("malformed-document", pointer, parsed.detail);
    return undefined;
  }
  if (!isJsonObject(parsed.value)) {
    refusals.add("malformed-document", pointer, "a document is a JSON object");
    return undefined;
  }
  const faults = jsonFaults(parsed.value, pointer, DOCUMENT_DEPTH_MAX);
  for (const { code, pointer: at, detail } of faults) refusals.add(code, at, detail);
  return faults.length === 0 ? parsed.value : undefined;
}
