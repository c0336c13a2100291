/** `did you mean "x"?`, or an empty text. The domain is loaded only now: most commands need no suggestion. */
export async function suggest(word: string, candidates: Iterable<string>): Promise<string> {
  const { didYouMean } = await import("@titan/domain");
  return didYouMean(word, candidates);
}
