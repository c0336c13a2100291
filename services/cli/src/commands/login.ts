import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import type { CommonOptions } from "../settings.ts";
import { describeCaller, type WhoAmI } from "./whoami.ts";

/** Checks the token with the server before it is stored. Never prompts: what is needed comes by flag or pipe. */
export async function run(options: CommonOptions, context: CommandContext): Promise<number> {
  const { contextFile, output, settings, shell } = context;
  const given = options.token !== undefined || (shell.environment["TITAN_TOKEN"] ?? "") !== "";
  if (!given) {
    throw usageError("login needs a token", "titan login --token - reads it from standard input");
  }
  const { token, server, workspace } = settings;
  if (token === undefined || token === "") throw usageError("the token is empty");
  if (/[^\x21-\x7e]/.test(token))
    throw usageError("the token holds blanks or other letters that no token has");
  const me = await context
    .apiOf(server, token)
    .get<WhoAmI>("/v1/whoami", {}, { consistent: false });
  contextFile.update({ server, token, workspace });
  output.message(`signed in to ${server} as ${describeCaller(me)}`);
  output.message(`written to ${contextFile.path}`);
  return EXIT_STATUS.done;
}
