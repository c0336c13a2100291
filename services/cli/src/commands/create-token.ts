import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { isStructured, printValue } from "../print-value.ts";
import { printWrite } from "../print-write.ts";
import type { WriteFlags } from "../submit-change.ts";

interface Options extends WriteFlags {
  readonly name?: string;
  readonly role?: string;
  readonly workspace?: readonly string[];
  readonly host?: string;
}

/** The secret goes to standard output, alone; what is said about it goes to standard error. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { name, role, host, workspace, dryRun, reason } = options;
  if ((role === undefined) === (host === undefined)) {
    throw usageError(
      "a token has either --role or --host",
      "titan create token --role viewer --workspace NAME",
    );
  }
  if (options.expect !== undefined) throw usageError("--expect has no meaning for a new token");
  if (host !== undefined && workspace !== undefined) {
    throw usageError("a token for a host has no --workspace", "name the host as WORKSPACE/NAME");
  }
  const body = {
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role, workspaces: namesIn(workspace, context) }),
    ...(host === undefined ? {} : { host: qualified(host, context) }),
  };
  const answer = await context.api.write("POST", "/v1/tokens", body, {
    query: { dryRun: dryRun === true ? true : undefined },
    headers: reason === undefined ? {} : { "titan-reason": headerText(reason) },
  });
  const { secret } = answer;
  if (secret === undefined) return await printWrite(context, answer);
  if (isStructured(context)) {
    await printValue(context, answer);
    return EXIT_STATUS.done;
  }
  const [outcome] = answer.outcomes;
  const { output } = context;
  output.message(`token/${outcome?.key ?? ""} created at revision ${answer.revision ?? "?"}`);
  output.message("this is its secret, and it is not shown again:");
  output.line(secret);
  return EXIT_STATUS.done;
}

function namesIn(
  given: readonly string[] | undefined,
  { settings }: CommandContext,
): readonly string[] {
  return (given ?? [settings.workspace])
    .flatMap((part) => part.split(","))
    .filter((each) => each !== "");
}

function qualified(host: string, { settings }: CommandContext): string {
  return host.includes("/") ? host : `${settings.workspace}/${host}`;
}

function headerText(reason: string): string {
  if (/^[\x20-\x7e]*$/.test(reason)) return reason;
  throw usageError("the --reason of a token has plain ASCII letters only");
}
