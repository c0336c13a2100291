import type { Command } from "commander";
import { addCommonFlags, addFileFlag, addValueFlags, addWriteFlags } from "./flags.ts";
import type { Runner } from "./runner.ts";

/** create, set, apply, delete. */
export function addWriteCommands(program: Command, runner: Runner): void {
  addCreate(program, runner);
  addSet(program, runner);

  const apply = program.command("apply").description("make the objects in files so, as one change");
  addWriteFlags(addCommonFlags(addFileFlag(apply)));
  runner.does(apply, [], () => import("../commands/apply.ts"));

  const remove = program.command("delete <kind> [name]").description("delete an object");
  addWriteFlags(addCommonFlags(remove.usage("KIND NAME [options]")));
  runner.does(remove, ["kind", "name"], () => import("../commands/delete.ts"));
}

function addCreate(program: Command, runner: Runner): void {
  const create = program.command("create").description("create an object");
  const kind = (name: string, more: { readonly workspace?: boolean } = {}): Command => {
    const command = create.command(`${name} [name]`).description(`create a ${name}`);
    command.option("--name <name>", "the name, if it is not given before");
    return addWriteFlags(addCommonFlags(command, more));
  };
  const labels = (command: Command): Command =>
    command.option("--labels <labels>", "labels, as key=value,key=value");

  const host = labels(kind("host"));
  runner.does(host, ["name"], () => import("../commands/create-host.ts"));

  const target = labels(kind("target")).option(
    "--selector <text>",
    "for example 'env in (a,b),!gpu'",
  );
  runner.does(target, ["name"], () => import("../commands/create-target.ts"));

  const template = kind("template")
    .requiredOption("-f, --filename <path>", "the folder of the files, or one file")
    .option("--delimiters <pair>", "what tags stand between, for example '[[,]]'")
    .option("--verbatim <glob...>", "files that are copied as they are")
    .option("--defaults <file>", "a YAML or JSON file of values");
  runner.does(template, ["name"], () => import("../commands/create-template.ts"));

  const workload = addValueFlags(
    kind("workload")
      .option("--repo <url>", "its source")
      .option("--image <reference>", "its image"),
  );
  runner.does(workload, ["name"], () => import("../commands/create-workload.ts"));

  const deployment = addValueFlags(
    kind("deployment")
      .requiredOption("--workload <name>", "what to deploy")
      .requiredOption("--template <name>", "what to render it with")
      .requiredOption("--target <name>", "where to")
      .option("--replicas <number>", "on so many of the hosts"),
  );
  runner.does(deployment, ["name"], () => import("../commands/create-deployment.ts"));

  const workspace = kind("workspace").option("--description <text>", "what it is for");
  runner.does(workspace, ["name"], () => import("../commands/create-workspace.ts"));

  const token = kind("token", { workspace: false })
    .option("--role <role>", "admin, editor or viewer")
    .option("-n, --workspace <name...>", "the workspaces it opens; '*' opens all of them")
    .option("--host <name>", "the one host it is for, instead of a role");
  runner.does(token, ["name"], () => import("../commands/create-token.ts"));
}

const SETTERS = [
  ["labels", "<changes...>", "KIND/NAME k=v k-", "set labels, or take them away with a hyphen"],
  ["values", "<changes...>", "deployment|workload/NAME k=v k-", "set values, or take them away"],
  ["image", "<value>", "workload/NAME REFERENCE", "set the image of a workload"],
  ["replicas", "<value>", "deployment/NAME NUMBER|none", "set on how many hosts it is to be"],
  ["target", "<value>", "deployment/NAME TARGET", "set where a deployment belongs"],
  ["template", "<value>", "deployment/NAME TEMPLATE", "set what a deployment is rendered with"],
] as const;

function addSet(program: Command, runner: Runner): void {
  const set = program.command("set").description("change one field of an object");
  for (const [field, rest, usage, description] of SETTERS) {
    const command = set.command(`${field} <object> ${rest}`).description(description);
    addWriteFlags(addCommonFlags(command.usage(`${usage} [options]`)));
    const names = rest === "<value>" ? ["object", "value"] : ["object", "changes"];
    runner.does(command, names, async () => {
      const { setField } = await import("../commands/set.ts");
      return { run: setField(field) };
    });
  }
}
