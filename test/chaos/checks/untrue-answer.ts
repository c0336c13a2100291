import { idOf, type Version } from "../history/history-line.ts";
import { doing } from "../history/history.ts";
import { contentOf } from "../truth/topic-record.ts";
import { told, type State } from "../truth/truth.ts";
import type { Anomaly, Check } from "./anomaly.ts";

/** What an answer says is what the feed says at the revision that the answer names. */
export const untrueAnswer: Check = (evidence) => [
  ...objects(evidence),
  ...lists(evidence),
  ...changes(evidence),
];

const objects: Check = ({ calls, truth }) =>
  doing(calls, "read").flatMap(({ call, request, answer }) => {
    if (answer?.is !== "object") return [];
    const { version, revision } = answer;
    const { object, at } = request;
    const shown = at ?? revision;
    const state = truth.stateAt(object, shown);
    if (isOf(version, state)) return [];
    const said = `${idOf(object)} is ${version === null ? "nothing" : version.content} at ${shown}`;
    return [untrue(call, `${said}; it is ${told(state)}`)];
  });

const lists: Check = ({ calls, truth, workspace }) =>
  doing(calls, "list").flatMap(({ call, request, answer }) => {
    if (answer?.is !== "objects") return [];
    const { versions, revision } = answer;
    const states = truth.objectsAt(request.kind, workspace, revision);
    const isWhole =
      states.length === versions.length && states.every((state, at) => isOf(versions[at], state));
    if (isWhole && (request.at === undefined || request.at === revision)) return [];
    const list = (names: readonly string[]): string =>
      names.length === 0 ? "none" : names.join(", ");
    const said = list(versions.map(({ key, content }) => `${key} ${content}`));
    const is = list(states.map((state) => `${state.key} ${told(state)}`));
    return [untrue(call, `${request.kind} at ${revision} are ${said}; they are ${is}`)];
  });

const changes: Check = ({ calls, truth }) =>
  doing(calls, "changes").flatMap(({ call, request, answer }) => {
    if (answer?.is !== "changes") return [];
    const wrong = answer.changes.findIndex(({ revision, changeId, accepted, name }, at) => {
      const commit = truth.at(request.from + at);
      return (
        commit === undefined ||
        commit.revision !== revision ||
        commit.changeId !== changeId ||
        commit.accepted !== accepted ||
        commit.reason !== name
      );
    });
    if (wrong >= 0) return [untrue(call, `${request.from + wrong} is another change`)];
    const last = request.from + answer.changes.length - 1;
    const due = Math.min(answer.revision, request.from + request.limit - 1);
    return last === due || request.from > answer.revision
      ? []
      : [untrue(call, `the feed from ${request.from} to ${due} ends at ${last}`)];
  });

export function isOf(version: Version | null | undefined, { revision, fields }: State): boolean {
  if (version === null || version === undefined) return fields === null && version === null;
  if (fields === null) return false;
  return (
    version.revision === revision &&
    version.created === fields.createdRevision &&
    version.content === contentOf(fields)
  );
}

function untrue(call: number, detail: string): Anomaly {
  return { kind: "untrue answer", detail, calls: [call] };
}
