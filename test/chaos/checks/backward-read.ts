import { idOf, type Answer } from "../history/history-line.ts";
import type { Call } from "../history/history.ts";
import { told, type State, type Truth } from "../truth/truth.ts";
import type { Anomaly, Check } from "./anomaly.ts";

/** What was known when a call was made, and by which call. */
interface Known {
  readonly revision: number;
  readonly call: number;
}

/**
 * Reads go forward: of one replica for whoever asks it, and of all for whoever names with
 * `minRevision` what it has seen. Nobody who was told of an own write reads what was before it, from the
 * replica that told it or by that name from any.
 */
export const backwardRead: Check = ({ lines, calls, truth }) => {
  const byCall = new Map(calls.map((call) => [call.call, call]));
  const ofServer = new Map<number, Known>();
  const ofWriter = new Map<string, Known>();
  const before = new Map<number, { readonly server?: Known; readonly own?: Known }>();
  const found: Anomaly[] = [];
  for (const line of lines) {
    if (line.is !== "call" && line.is !== "answer") continue;
    const call = byCall.get(line.call);
    if (call === undefined) continue;
    const place = `${call.client} ${call.server}`;
    if (line.is === "call") {
      const server = ofServer.get(call.server);
      const own = ofWriter.get(place);
      before.set(line.call, { ...(server && { server }), ...(own && { own }) });
      continue;
    }
    const { answer } = line;
    const known = before.get(line.call) ?? {};
    found.push(...faultsOf(call, answer, known, ownWrite(calls, call), truth));
    const revision = revisionOf(call, answer);
    if (revision === undefined) continue;
    raise(ofServer, call.server, { revision, call: call.call });
    if (answer.is === "accepted") raise(ofWriter, place, { revision, call: call.call });
  }
  return found;
};

function faultsOf(
  call: Call,
  answer: Answer,
  known: { readonly server?: Known; readonly own?: Known },
  named: Known | undefined,
  truth: Truth,
): readonly Anomaly[] {
  const until = endOf(call, answer, truth);
  if (until === undefined) return [];
  const { request } = call;
  const minRevision = "minRevision" in request ? request.minRevision : undefined;
  const fault = (kind: Anomaly["kind"], what: string, by: Known): readonly Anomaly[] => [
    {
      kind,
      detail: `${until.what}, over at ${until.revision}, was read after ${what} ${by.revision}`,
      calls: [by.call, call.call],
    },
  ];
  if (known.own !== undefined && until.revision <= known.own.revision) {
    return fault("own write not read", "this replica acknowledged", known.own);
  }
  if (minRevision !== undefined && until.revision <= minRevision) {
    return named === undefined
      ? fault("backward read", "it was asked for at", { revision: minRevision, call: call.call })
      : fault("own write not read", "it was named with", named);
  }
  if (known.server !== undefined && until.revision <= known.server.revision) {
    return fault("backward read", "this replica was at", known.server);
  }
  return [];
}

/** The own write that a read names by its revision. */
function ownWrite(calls: readonly Call[], { client, request, line }: Call): Known | undefined {
  const minRevision = "minRevision" in request ? request.minRevision : undefined;
  if (minRevision === undefined) return undefined;
  const write = calls.find(
    ({ client: who, answer, answerLine }) =>
      who === client &&
      answerLine < line &&
      answer?.is === "accepted" &&
      answer.revision === minRevision,
  );
  return write === undefined ? undefined : { revision: minRevision, call: write.call };
}

/** The first revision at which what was read was over; undefined where nothing of the present was read. */
function endOf(
  { request }: Call,
  answer: Answer,
  truth: Truth,
): { readonly revision: number; readonly what: string } | undefined {
  if ("at" in request && request.at !== undefined) return undefined;
  if (answer.is === "object" && request.does === "read") {
    const state = readState(request.object, answer, truth);
    return { revision: state.until, what: `${idOf(request.object)}: ${told(state)}` };
  }
  if (answer.is !== "objects" && answer.is !== "changes") return undefined;
  return { revision: answer.revision + 1, what: `everything at ${answer.revision}` };
}

/** The state that was read; of those in which there was nothing, the last by the answer's revision. */
function readState(
  object: Parameters<Truth["stateAt"]>[0],
  { version, revision }: Extract<Answer, { is: "object" }>,
  truth: Truth,
): State {
  if (version !== null) return truth.stateAt(object, version.revision);
  const gone = truth.statesOf(object).findLast((state) => {
    return state.fields === null && state.revision <= revision;
  });
  return gone ?? truth.stateAt(object, 0);
}

/** What an answer shows its replica to have read. */
function revisionOf({ request }: Call, answer: Answer): number | undefined {
  if ("at" in request && request.at !== undefined) return undefined;
  return "revision" in answer ? answer.revision : undefined;
}

function raise<Key>(known: Map<Key, Known>, key: Key, now: Known): void {
  if (now.revision > (known.get(key)?.revision ?? 0)) known.set(key, now);
}
