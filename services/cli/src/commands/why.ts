import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { fieldAt, listAt, textAt } from "../field-at.ts";
import { readNamed } from "../object-reference.ts";
import { labelsText } from "../output/object-columns.ts";
import { printable } from "../output/output.ts";
import { isStructured, printValue } from "../print-value.ts";

interface Options {
  readonly kind: string;
  readonly name: string;
  readonly runs: string;
  readonly deployment: string;
}

/** What a host's running of a deployment follows from, each link with who made it so. */
export async function run(options: Options, context: CommandContext): Promise<number> {
  const { api, output } = context;
  if (options.kind !== "host" || options.runs !== "runs") {
    throw usageError(
      "this is not a question that can be answered",
      "titan why host NAME runs DEPLOYMENT",
    );
  }
  const host = await placeOf("host", options.name, context);
  const deployment = await placeOf("deployment", options.deployment, context);
  const path = `/v1/workspaces/${host.workspace}/hosts/${host.name}/why/${deployment.workspace}/${deployment.name}`;
  const why = await api.get<Readonly<Record<string, unknown>>>(path);
  if (isStructured(context)) await printValue(context, why);
  else for (const line of chainLines(why)) output.line(printable(line));
  return EXIT_STATUS.done;
}

function chainLines(why: unknown): readonly string[] {
  const runs = fieldAt(why, "runs") === true;
  const verb = runs ? "runs" : "does not run";
  const because = textAt(why, "because", "detail");
  return [
    `host ${textAt(why, "host")} ${verb} deployment ${textAt(why, "deployment")} (at revision ${textAt(why, "revision")})`,
    ...(because === "" ? [] : [`because ${because} [${textAt(why, "because", "code")}]`]),
    ...listAt(why, "chain").flatMap(linkLines),
  ];
}

function linkLines(link: unknown): readonly string[] {
  const made = ["revision", "at", "actor"].map((field) => textAt(link, field));
  const [revision = "", at = "", actor = ""] = made;
  const reason = textAt(link, "reason");
  const how = [
    revision === "" ? "" : `revision ${revision}`,
    at,
    actor === "" ? "" : `by ${actor}`,
    reason === "" ? "" : `"${reason}"`,
  ];
  const line = `<- ${textAt(link, "link").padEnd(10)}  ${textAt(link, "key")}  ${how.filter((each) => each !== "").join("  ")}`;
  const change = textAt(link, "changeId");
  const details = [detailOf(link), change === "" ? "" : `change ${change}`];
  return [line.trimEnd(), ...details.filter((each) => each !== "").map((each) => `     ${each}`)];
}

/** What is particular to a kind of link. */
function detailOf(link: unknown): string {
  switch (fieldAt(link, "link")) {
    case "host":
      return `labels ${labelsText((fieldAt(link, "labels") ?? {}) as Readonly<Record<string, string>>) || "-"}`;
    case "target":
      return clausesText(fieldAt(link, "match"));
    case "rendered":
      return `digest ${textAt(link, "digest")}`;
    case "git":
      return `commit ${textAt(link, "commit")}`;
    case "report":
      return [textAt(link, "state"), textAt(link, "error", "detail")]
        .filter((each) => each !== "")
        .join(": ");
    default:
      return "";
  }
}

function clausesText(match: unknown): string {
  const clauses = listAt(match, "clauses");
  const each = clauses.length === 0 ? [match] : clauses;
  return each
    .map((clause) => {
      const holds = fieldAt(clause, "matched") === true ? "holds" : "fails";
      return `${textAt(clause, "clause")} ${holds}: ${textAt(clause, "because")}`;
    })
    .join("; ");
}

async function placeOf(kind: string, reference: string, { settings }: CommandContext) {
  const slash = reference.indexOf("/");
  const workspace = slash < 0 ? settings.workspace : reference.slice(0, slash);
  await readNamed("workspace", workspace);
  return { workspace, name: (await readNamed(kind, reference.slice(slash + 1))).name };
}
