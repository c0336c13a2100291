import type { AnomalyKind } from "../checks/anomaly.ts";
import type {
  Answer,
  CallLine,
  CutLine,
  HistoryLine,
  Request,
  WatchLine,
} from "../history/history-line.ts";
import { attemptsByName, callsOf, doing, type Asked } from "../history/history.ts";
import { CONTENT_LABEL, type CommitRecord, type NounRecord } from "../truth/topic-record.ts";
import type { Recorded } from "./recorded.ts";

/** One thing that goes wrong, in a history or on the topics. */
export type Tampering = readonly [
  name: string,
  shows: AnomalyKind,
  tamper: (recorded: Recorded) => Recorded,
];

/** What somebody forged. */
export const FORGED = { createdRevision: 1, labels: { [CONTENT_LABEL]: "forged" } };
const NEW_CALL = 1_000_000;

type AppliedWrite = Asked<"write"> & { readonly answer: Extract<Answer, { is: "accepted" }> };

/** The one in the middle: it has others before it and behind it. */
export function some<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(items.length / 2)];
  if (item === undefined) throw new Error("the history has none of these");
  return item;
}

/** A change of one object that was asked for once and applied. */
export function someWrite({ lines }: Recorded): AppliedWrite {
  const calls = callsOf(lines);
  const attempts = attemptsByName(calls);
  const isApplied = (write: Asked<"write">): write is AppliedWrite =>
    write.answer?.is === "accepted" &&
    write.client !== "frame" &&
    attempts.get(write.request.name)?.length === 1 &&
    write.request.operations.length === 1;
  return some(doing(calls, "write").filter(isApplied));
}

/** A call that was answered with what is wanted. */
export function someCall<Does extends Request["does"]>(
  { lines }: Recorded,
  does: Does,
  isWanted: (call: Asked<Does>) => boolean,
): Asked<Does> {
  return some(doing(callsOf(lines), does).filter((call) => isWanted(call)));
}

export function someWatched({ lines }: Recorded): WatchLine {
  const isChange = (line: HistoryLine): line is WatchLine =>
    line.is === "watched" && line.event.type === "MODIFIED";
  return some(lines.filter(isChange));
}

export function someCut({ lines }: Recorded): CutLine {
  return some(lines.filter((line): line is CutLine => line.is === "cut"));
}

/** Two records of one object that follow each other on its topic. */
export function twoRecords({ topics, workspace }: Recorded): readonly [NounRecord, NounRecord] {
  const [one, other] = topics.nouns.filter(({ key, kind }) => {
    return kind === "Workload" && key === `${workspace}/w0`;
  });
  if (one === undefined || other === undefined) throw new Error("it was never changed");
  return [one, other];
}

/** A read of an object that was changed later, by whom, and what it had been answered with. */
export function staleRead({ lines }: Recorded) {
  const calls = callsOf(lines);
  for (const write of doing(calls, "write")) {
    const { answer, request, client } = write;
    const [operation] = request.operations;
    if (answer?.is !== "accepted" || operation === undefined || client === "frame") continue;
    const { kind, key } = operation.object;
    for (const { request: asked, answer: stale, answerLine } of doing(calls, "read")) {
      if (stale?.is !== "object" || stale.version === null || asked.at !== undefined) continue;
      if (asked.object.kind !== kind || asked.object.key !== key) continue;
      if (answerLine < write.line) {
        return { object: asked.object, stale, writer: client, server: write.server, answer };
      }
    }
  }
  throw new Error("nothing was read and then changed");
}

export function isLine(line: HistoryLine): (other: HistoryLine) => boolean {
  return (other) => other === line;
}

export function withLines(recorded: Recorded, lines: readonly HistoryLine[]): Recorded {
  return { ...recorded, lines };
}

/** One line is another, or several, or none. */
export function replacing(
  recorded: Recorded,
  isIt: (line: HistoryLine) => boolean,
  by: (line: HistoryLine) => readonly HistoryLine[],
): Recorded {
  return withLines(
    recorded,
    recorded.lines.flatMap((line) => (isIt(line) ? by(line) : [line])),
  );
}

/** Calls are answered otherwise. */
export function answering(recorded: Recorded, calls: readonly number[], answer: Answer): Recorded {
  return replacing(
    recorded,
    (line) => line.is === "answer" && calls.includes(line.call),
    (line) => (line.is === "answer" ? [{ ...line, answer }] : [line]),
  );
}

/** When all is over one more call is made and answered. */
export function asking(
  recorded: Recorded,
  call: Omit<CallLine, "is" | "call">,
  answer: Answer,
): Recorded {
  return withLines(recorded, [
    ...recorded.lines,
    { is: "call", call: NEW_CALL, ...call },
    { is: "answer", call: NEW_CALL, answer },
  ]);
}

export function committing(
  recorded: Recorded,
  change: (commits: readonly CommitRecord[]) => readonly CommitRecord[],
): Recorded {
  const { topics } = recorded;
  return { ...recorded, topics: { ...topics, commits: change(topics.commits) } };
}

export function publishing(
  recorded: Recorded,
  change: (nouns: readonly NounRecord[]) => readonly NounRecord[],
): Recorded {
  const { topics } = recorded;
  return { ...recorded, topics: { ...topics, nouns: change(topics.nouns) } };
}
