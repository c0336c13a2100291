import { idOf } from "../history/history-line.ts";
import { attemptsByName, doing, type Write } from "../history/history.ts";
import { contentOf, placeOf, type NounFields, type NounRecord } from "../truth/topic-record.ts";
import { told } from "../truth/truth.ts";
import { placeOfRevision, type Anomaly, type Check } from "./anomaly.ts";

/** The feed is one order of changes: that of time, and the same for every key, everywhere. */
export const orderBroken: Check = (evidence) => [
  ...againstTime(evidence),
  ...againstExpectation(evidence),
  ...againstThemselves(evidence),
  ...onTopics(evidence),
];

/** A change that was answered before another was first asked for comes before it. */
const againstTime: Check = ({ calls, truth }) => {
  const asked = new Map<string, Write>();
  for (const [name, [first]] of attemptsByName(calls))
    if (first !== undefined) asked.set(name, first);
  const answers = doing(calls, "write")
    .filter(({ answer }) => answer?.is === "accepted" || answer?.is === "refused")
    .toSorted((one, other) => one.answerLine - other.answerLine);
  const found: Anomaly[] = [];
  let newest: { readonly revision: number; readonly call: number } | undefined;
  let next = 0;
  // In the order in which changes were first asked for, with all that was answered by then.
  for (const [name, write] of asked) {
    for (let each = answers[next]; each !== undefined && each.answerLine < write.line;) {
      const revision =
        each.answer !== undefined && "revision" in each.answer ? each.answer.revision : 0;
      if (revision > (newest?.revision ?? 0)) newest = { revision, call: each.call };
      next += 1;
      each = answers[next];
    }
    const commit = truth.counted.find(({ reason }) => reason === name);
    if (commit === undefined || newest === undefined || commit.revision > newest.revision) continue;
    found.push({
      kind: "order broken",
      detail: `${name} is ${commit.revision}, and was asked for after ${newest.revision} was answered`,
      calls: [newest.call, write.call],
      ...placeOfRevision(truth, commit.revision),
    });
  }
  return found;
};

/** A change that names the revision that its object must have was decided on that one. */
const againstExpectation: Check = ({ calls, truth }) => {
  const attempts = attemptsByName(calls);
  return truth.counted.flatMap(({ reason, revision, accepted }) => {
    const [write] = attempts.get(reason) ?? [];
    if (write === undefined || !accepted) return [];
    return write.request.operations.flatMap(({ action, object, expected }): readonly Anomaly[] => {
      const before = truth.stateAt(object, revision - 1);
      const now = before.fields === null ? 0 : before.revision;
      const isAsExpected = expected === undefined || now === expected;
      if (isAsExpected && (action !== "create" || before.fields === null)) return [];
      const detail = `${reason} was applied to ${idOf(object)} when it was ${told(before)}`;
      const place = placeOfRevision(truth, revision);
      return [{ kind: "order broken", detail, calls: [write.call], ...place }];
    });
  });
};

/** What an event calls the state before it is what the last event made. */
const againstThemselves: Check = ({ truth }) =>
  truth.counted.flatMap(({ revision, events, reason }) =>
    events.flatMap(({ kind, key, previous }): readonly Anomaly[] => {
      const before = truth.stateAt({ kind, key }, revision - 1);
      if (isSame(before.fields, previous)) return [];
      const detail = `${reason} follows on another ${kind} ${key} than that of ${before.revision}`;
      return [{ kind: "order broken", detail, calls: [], ...placeOfRevision(truth, revision) }];
    }),
  );

/** The first copies of an object's records on its topic are its states, all of them, in order. */
const onTopics: Check = ({ truth, nouns }) => {
  const copies = new Map<string, NounRecord[]>();
  for (const record of nouns) {
    const known = copies.get(idOf(record));
    if (known === undefined) copies.set(idOf(record), [record]);
    else if (!known.some(({ revision }) => revision === record.revision)) known.push(record);
  }
  return [...copies.values()].flatMap((firsts): readonly Anomaly[] => {
    const [first] = firsts;
    if (first === undefined) return [];
    const states = truth.statesOf(first);
    const wrong = firsts.find(({ revision }, at) => revision !== states[at]?.revision);
    if (wrong === undefined && firsts.length === states.length) return [];
    const order = firsts.map(({ revision }) => revision).join(", ");
    const detail = `${idOf(first)} has the records ${order}; its changes are ${states
      .map(({ revision }) => revision)
      .join(", ")}`;
    return [{ kind: "order broken", detail, calls: [], place: placeOf(wrong ?? first) }];
  });
};

function isSame(one: NounFields | null, other: NounFields | null): boolean {
  if (one === null || other === null) return one === other;
  return one.createdRevision === other.createdRevision && contentOf(one) === contentOf(other);
}
