import type { Command } from "commander";
import { addCommonFlags, addFileFlag, addReadFlags, addSelectorFlag } from "./flags.ts";
import type { Runner } from "./runner.ts";

/** get, describe, diff, watch, history, replay. */
export function addReadCommands(program: Command, runner: Runner): void {
  const get = program.command("get <kind> [name]").description("show objects");
  get.usage("KIND [NAME] [options]").option("-w, --watch", "go on showing what changes");
  addReadFlags(addSelectorFlag(addCommonFlags(get)));
  runner.does(get, ["kind", "name"], () => import("../commands/get.ts"));

  const describe = program.command("describe <kind> [name]").description("show objects in full");
  addReadFlags(addSelectorFlag(addCommonFlags(describe.usage("KIND [NAME] [options]"))));
  runner.does(describe, ["kind", "name"], () => import("../commands/describe.ts"));

  const diff = program.command("diff").description("compare files with what is; 1 if they differ");
  addCommonFlags(addFileFlag(diff));
  runner.does(diff, [], () => import("../commands/diff.ts"));

  const watch = program.command("watch <what>").description("show what changes from now on");
  addCommonFlags(watch.usage("KIND|STREAM [options]"));
  runner.does(watch, ["what"], () => import("../commands/watch.ts"));

  const history = program
    .command("history <kind> [name]")
    .description("every version of an object");
  addCommonFlags(history.usage("KIND NAME [options]"));
  runner.does(history, ["kind", "name"], () => import("../commands/history.ts"));

  const replay = program
    .command("replay <stream>")
    .description("the records of a stream, as JSON lines");
  replay
    .usage("STREAM [options]")
    .option("--from <point>", "a revision, @OFFSET or an ISO time")
    .option("--follow", "go on with what comes");
  addCommonFlags(replay);
  runner.does(replay, ["stream"], () => import("../commands/replay.ts"));
}
