import { isNounKind, type Refusal } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";
import { presentObject, type PresentedObject } from "../present-object.ts";
import { ApiProblem } from "../problem.ts";
import type { StoredChange } from "../read-model/change-store.ts";

/** What a write that was accepted is answered with. */
export interface WriteAnswerBody {
  readonly changeId: string;
  readonly revision: number;
  readonly accepted: true;
  readonly outcomes: StoredChange["outcomes"];
  readonly object?: PresentedObject;
}

/** The answer to a verdict; a refusal becomes a problem. `single`: the route names one object. */
export function answerWrite(
  { model }: ApiContext,
  change: StoredChange,
  single: boolean,
): WriteAnswerBody {
  const { changeId, revision, outcomes } = change;
  if (!change.accepted) {
    const refusals = single ? change.refusals.map(withoutOperation) : change.refusals;
    throw ApiProblem.ofRefusals(refusals, { changeId, revision });
  }
  const answer = { changeId, revision, accepted: true as const, outcomes };
  const [outcome] = outcomes;
  if (!single || outcome === undefined || !isNounKind(outcome.kind)) return answer;
  const version = model.nouns.nouns.at(outcome.kind, outcome.key, revision);
  if (version === undefined) return answer;
  return { ...answer, object: presentObject(outcome.kind, version.value, version.revision) };
}

const OPERATION = /^\/operations\/0(?=\/|$)/;

/** The body of such a route is the object itself, so pointers begin there. */
export function withoutOperation(refusal: Refusal): Refusal {
  return { ...refusal, pointer: refusal.pointer.replace(OPERATION, "") };
}
