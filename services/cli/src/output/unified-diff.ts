/** Beyond this many cells of the table the middle is shown as removed and added, not compared line by line. */
const CELLS_MAX = 4_000_000;
const CONTEXT_LINES = 3;

type Mark = " " | "-" | "+";

/** A unified diff of two texts, line by line; empty when they are equal. */
export function unifiedDiff(names: readonly [string, string], from: string, to: string): string {
  if (from === to) return "";
  const script = scriptOf(linesOf(from), linesOf(to));
  const hunks = hunksOf(script);
  return [`--- ${names[0]}`, `+++ ${names[1]}`, ...hunks].join("\n");
}

function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

interface ScriptLine {
  readonly mark: Mark;
  readonly text: string;
}

/** What to keep, take away and add: by the longest common subsequence of what lies between equal ends. */
function scriptOf(from: readonly string[], to: readonly string[]): readonly ScriptLine[] {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
  let end = 0;
  const room = Math.min(from.length, to.length) - start;
  while (end < room && from[from.length - 1 - end] === to[to.length - 1 - end]) end += 1;
  const line =
    (mark: Mark) =>
    (text: string): ScriptLine => ({ mark, text });
  const removed = from.slice(start, from.length - end);
  const added = to.slice(start, to.length - end);
  const middle =
    removed.length * added.length > CELLS_MAX
      ? [...removed.map(line("-")), ...added.map(line("+"))]
      : commonScript(removed, added);
  return [
    ...from.slice(0, start).map(line(" ")),
    ...middle,
    ...from.slice(from.length - end).map(line(" ")),
  ];
}

function commonScript(from: readonly string[], to: readonly string[]): readonly ScriptLine[] {
  const width = to.length + 1;
  const lengths = new Uint32Array((from.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = from.length - 1; row >= 0; row -= 1) {
    for (let column = to.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        from[row] === to[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const script: ScriptLine[] = [];
  let row = 0;
  let column = 0;
  while (row < from.length || column < to.length) {
    const removed = from[row];
    const added = to[column];
    if (removed !== undefined && removed === added) {
      script.push({ mark: " ", text: removed });
      row += 1;
      column += 1;
    } else if (
      removed !== undefined &&
      (added === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      script.push({ mark: "-", text: removed });
      row += 1;
    } else if (added !== undefined) {
      script.push({ mark: "+", text: added });
      column += 1;
    }
  }
  return script;
}

function hunksOf(script: readonly ScriptLine[]): readonly string[] {
  const near = script.map(() => false);
  for (const [index, { mark }] of script.entries()) {
    if (mark === " ") continue;
    const last = Math.min(script.length - 1, index + CONTEXT_LINES);
    for (let each = Math.max(0, index - CONTEXT_LINES); each <= last; each += 1) near[each] = true;
  }
  const lines: string[] = [];
  let fromLine = 1;
  let toLine = 1;
  for (const [index, { mark, text }] of script.entries()) {
    if (near[index] === true) {
      if (near[index - 1] !== true) lines.push(headOf(script, near, index, fromLine, toLine));
      lines.push(`${mark}${text}`);
    }
    if (mark !== "+") fromLine += 1;
    if (mark !== "-") toLine += 1;
  }
  return lines;
}

function headOf(
  script: readonly ScriptLine[],
  near: readonly boolean[],
  start: number,
  fromLine: number,
  toLine: number,
): string {
  let end = start;
  while (near[end] === true) end += 1;
  const hunk = script.slice(start, end);
  const removed = hunk.filter(({ mark }) => mark !== "+").length;
  const added = hunk.filter(({ mark }) => mark !== "-").length;
  // A side without lines is named by the line before it.
  const from = removed === 0 ? fromLine - 1 : fromLine;
  const to = added === 0 ? toLine - 1 : toLine;
  return `@@ -${from},${removed} +${to},${added} @@`;
}
