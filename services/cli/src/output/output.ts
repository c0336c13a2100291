/** Where a stream of text goes. */
export interface TextSink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Data on one stream, messages on the other. Nothing is decorated unless a person looks. */
export interface Output {
  /** One line of data on standard output. */
  line(text: string): void;
  /** Data as it is. */
  raw(text: string): void;
  /** One line for people, on standard error. */
  message(text: string): void;
  /** True when colours may be used in data. */
  readonly colour: boolean;
  readonly isTerminal: boolean;
}

export function createOutput(stdout: TextSink, stderr: TextSink, noColour: boolean): Output {
  const isTerminal = stdout.isTTY === true;
  return {
    line: (text) => void stdout.write(`${text}\n`),
    raw: (text) => void stdout.write(text),
    message: (text) => void stderr.write(`${printable(text)}\n`),
    colour: isTerminal && !noColour,
    isTerminal,
  };
}

/** Text that others wrote may hold escape sequences, which a terminal would obey. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
