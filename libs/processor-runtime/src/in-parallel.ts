/**
 * Runs `run` for each item, at most `most` at a time; answers in the order of the items. Rejects
 * with the first failure, and begins nothing after it.
 */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  most: number,
  run: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();
  let isOver = false;
  const worker = async (): Promise<void> => {
    // All workers draw from one iterator, so each item is taken once.
    for (const [at, item] of left) {
      if (isOver) return;
      try {
        answers[at] = await run(item);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return answers;
}
