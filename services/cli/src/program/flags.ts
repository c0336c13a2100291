import { Option, type Command } from "commander";
import { OUTPUT_FORMATS } from "../settings.ts";

const WORKSPACE = "-n, --workspace <name>";

/** What every command takes. */
export function addCommonFlags(command: Command, { workspace = true } = {}): Command {
  if (workspace) command.option(WORKSPACE, "the workspace; '*' lists over all of them");
  return command
    .option("-o, --output <format>", `one of ${OUTPUT_FORMATS.join(", ")}`)
    .option("--server <url>", "the address of the server")
    .option("--token <secret>", "the token to sign in with; - reads it from standard input");
}

/** What every write takes. */
export function addWriteFlags(command: Command): Command {
  return command
    .option("--dry-run", "say the verdict and what would follow, and do nothing")
    .option("--reason <text>", "why, for the record")
    .option("--expect <revision>", "refuse unless the object has this revision");
}

/** What every read of objects takes. */
export function addReadFlags(command: Command): Command {
  return command.option("--at <point>", "the state at a revision or an ISO time");
}

export function addSelectorFlag(command: Command): Command {
  return command.option("-l, --selector <text>", "only objects with these labels");
}

export function addFileFlag(command: Command): Command {
  return command.addOption(
    new Option(
      "-f, --filename <path...>",
      "a file, a folder of files, or - for standard input",
    ).makeOptionMandatory(),
  );
}

export function addValueFlags(command: Command): Command {
  return command
    .option("--values <file>", "a YAML or JSON file of values")
    .option("--set <value...>", "one value, as key=value; dots lead into objects");
}
