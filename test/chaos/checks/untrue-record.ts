import { contentOf, placeOf } from "../truth/topic-record.ts";
import type { Anomaly, Check } from "./anomaly.ts";

/** Each record of a noun topic is a true statement about its revision, whoever wrote it and when. */
export const untrueRecord: Check = ({ truth, nouns }) =>
  nouns.flatMap((record): readonly Anomaly[] => {
    const { kind, key, revision, current } = record;
    const event = truth.at(revision)?.events.find((each) => each.kind === kind && each.key === key);
    const said = current === null ? null : contentOf(current);
    const is = event?.current === null || event === undefined ? null : contentOf(event.current);
    if (event !== undefined && said === is) return [];
    const detail = `${kind} ${key} of ${revision} is said to be ${said ?? "nothing"}`;
    return [{ kind: "untrue record", detail, calls: [], place: placeOf(record) }];
  });
