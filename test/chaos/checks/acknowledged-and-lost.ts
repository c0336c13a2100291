import { idOf } from "../history/history-line.ts";
import { doing } from "../history/history.ts";
import { contentOf } from "../truth/topic-record.ts";
import { told } from "../truth/truth.ts";
import { placeOfRevision, type Anomaly, type Check } from "./anomaly.ts";

/** What a writer was told to be made is in the feed, where it was told, with all of its effect. */
export const acknowledgedAndLost: Check = ({ calls, truth }) =>
  doing(calls, "write").flatMap(({ call, request, answer }) => {
    if (answer?.is !== "accepted") return [];
    const { revision, changeId } = answer;
    const lost = (detail: string): readonly Anomaly[] => [
      {
        kind: "acknowledged and lost",
        detail: `${request.name} was acknowledged at ${revision}: ${detail}`,
        calls: [call],
        ...placeOfRevision(truth, revision),
      },
    ];
    const commit = truth.at(revision);
    if (commit === undefined) return lost(`the feed ends at ${truth.revision}`);
    if (commit.changeId !== changeId || commit.reason !== request.name) {
      return lost(`there the feed has ${commit.reason} (${commit.changeId})`);
    }
    if (!commit.accepted) return lost("there the feed refuses it");
    return request.operations.flatMap(({ object, content }) => {
      const state = truth.stateAt(object, revision);
      const is = state.fields === null ? undefined : contentOf(state.fields);
      return is === content ? [] : lost(`${idOf(object)} is ${told(state)}`);
    });
  });
