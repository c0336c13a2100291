import type {
  Answer,
  CallLine,
  HistoryLine,
  Request,
  WatchedEvent,
  WriteRequest,
} from "./history-line.ts";

/** A call with what came of it. */
export interface Call<Asked extends Request = Request> extends CallLine {
  readonly request: Asked;
  /** Its place in the history. */
  readonly line: number;
  /** Infinity while there is no answer. */
  readonly answerLine: number;
  readonly answer: Answer | undefined;
  readonly events: readonly WatchedEvent[];
}

export type Write = Call<WriteRequest>;
export type Asked<Does extends Request["does"]> = Call<Extract<Request, { does: Does }>>;

interface OpenCall extends Omit<Call, "answer" | "answerLine" | "events"> {
  answerLine: number;
  answer: Answer | undefined;
  readonly events: WatchedEvent[];
}

/** The calls of a history, in the order in which they were made. */
export function callsOf(lines: readonly HistoryLine[]): readonly Call[] {
  const calls = new Map<number, OpenCall>();
  for (const [line, each] of lines.entries()) {
    if (each.is === "cut") continue;
    if (each.is === "call") {
      calls.set(each.call, { ...each, line, answerLine: Infinity, answer: undefined, events: [] });
      continue;
    }
    const call = calls.get(each.call);
    if (call === undefined) throw new Error(`line ${line + 1} answers no call`);
    if (each.is === "watched") call.events.push(each.event);
    else {
      call.answer = each.answer;
      call.answerLine = line;
    }
  }
  return [...calls.values()];
}

export function doing<Does extends Request["does"]>(
  calls: readonly Call[],
  does: Does,
): readonly Asked<Does>[] {
  return calls.filter((call): call is Asked<Does> => call.request.does === does);
}

/** The attempts at each change, by its name. */
export function attemptsByName(calls: readonly Call[]): ReadonlyMap<string, readonly Write[]> {
  const attempts = new Map<string, Write[]>();
  for (const write of doing(calls, "write")) {
    const { name } = write.request;
    const known = attempts.get(name);
    if (known === undefined) attempts.set(name, [write]);
    else known.push(write);
  }
  return attempts;
}

/** Takes the lines of a file; the last may be cut off. */
export function parseHistory(text: string): readonly HistoryLine[] {
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line) as HistoryLine);
}
