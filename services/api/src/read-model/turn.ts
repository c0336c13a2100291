/** Lets others have their turn: a long piece of work calls it between its parts. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
