/** Candidates beyond this many are not looked at: a suggestion is a courtesy, not a search. */
const SUGGESTION_CANDIDATES_MAX = 1_000;

const DISTANCE_MAX = 3;
const WORD_LENGTH_MAX = 64;

/**
 * The candidate that `word` was most likely meant to be, or undefined when none is near: at most a third of the
 * letters may differ. Ties go to the lowest candidate, so the order matters only where there are too many to look at.
 */
export function suggestionFor(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > WORD_LENGTH_MAX) return undefined;
  const meant = word.toLowerCase();
  const allowed = Math.min(DISTANCE_MAX, Math.max(1, Math.floor(word.length / 3)));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  let seen = 0;
  for (const candidate of candidates) {
    if (++seen > SUGGESTION_CANDIDATES_MAX) break;
    if (candidate.length > WORD_LENGTH_MAX) continue;
    if (Math.abs(candidate.length - word.length) > Math.min(allowed, bestDistance)) continue;
    const distance = editDistance(meant, candidate.toLowerCase());
    const isTie = distance === bestDistance && best !== undefined && candidate < best;
    if (distance < bestDistance || isTie) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `did you mean "x"?`, or an empty text when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const suggestion = suggestionFor(word, candidates);
  return suggestion === undefined ? "" : `did you mean "${suggestion}"?`;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      let distance = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + cost,
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (swapped) distance = Math.min(distance, at(beforeLast, column - 2) + 1);
      current.push(distance);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.MAX_SAFE_INTEGER;
}
