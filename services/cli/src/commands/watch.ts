import type { CommandContext } from "../command-context.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { kindNamed } from "../kinds.ts";
import { readReference } from "../object-reference.ts";
import { streamPath } from "../stream-path.ts";
import { watchObjects } from "../watch-objects.ts";

interface Options {
  /** A kind, an object, or a stream. */
  readonly what: string;
}

/** What changes from now on, until it is interrupted. */
export async function run({ what }: Options, context: CommandContext): Promise<number> {
  const isStream = what.includes(".") && kindNamed(what) === undefined;
  if (!isStream) {
    return await watchObjects(context, await readReference(what), { withList: false });
  }
  const { api, output } = context;
  const { revision } = await api.installation();
  const query = { from: revision + 1, follow: true };
  for await (const line of api.lines(streamPath(what), query)) output.line(line);
  return EXIT_STATUS.done;
}
