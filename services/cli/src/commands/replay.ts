import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { streamPath } from "../stream-path.ts";

interface Options {
  readonly stream: string;
  readonly from?: string;
  readonly follow?: boolean;
}

const POINT = /^(?:@?\d{1,15}|\d{4}-\d{2}-\d{2}T.*)$/;

/** The records of a stream, one JSON line each, as the server sends them. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { from, follow } = options;
  if (from !== undefined && !POINT.test(from)) {
    throw usageError(
      `--from "${from}" is not a point`,
      "a revision, @OFFSET, or a time such as 2026-11-21T10:00:00Z",
    );
  }
  const { api, output } = context;
  const path = streamPath(options.stream);
  const query = { from, follow: follow === true ? true : undefined };
  for await (const line of api.lines(path, query)) output.line(line);
  return EXIT_STATUS.done;
}
