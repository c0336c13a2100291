import type { Command } from "commander";
import { addCommonFlags, addWriteFlags } from "./flags.ts";
import type { Runner } from "./runner.ts";

/** wait, status, why, verify, activate, report. */
export function addObserveCommands(program: Command, runner: Runner): void {
  const wait = program.command("wait <kind> [name]").description("wait until it is so");
  wait
    .usage("deployment NAME --for deployed|deleted [options]")
    .requiredOption("--for <condition>", "deployed or deleted")
    .option("--min <share>", "this share of the hosts is enough", "100%")
    .option("--timeout <duration>", "give up after this long", "60s");
  addCommonFlags(wait);
  runner.does(wait, ["kind", "name"], () => import("../commands/wait.ts"));

  const status = program
    .command("status <kind> [name]")
    .description("from the source to each host");
  addCommonFlags(status.usage("deployment NAME [options]"));
  runner.does(status, ["kind", "name"], () => import("../commands/status.ts"));

  const why = program.command("why <kind> <name> <runs> <deployment>");
  why.description("why a host runs a deployment, or does not");
  addCommonFlags(why.usage("host NAME runs DEPLOYMENT [options]"));
  const words = ["kind", "name", "runs", "deployment"];
  runner.does(why, words, () => import("../commands/why.ts"));

  const verify = program.command("verify").description("check that every view is what it must be");
  runner.does(addCommonFlags(verify), [], () => import("../verify/verify-command.ts"));

  const activate = program.command("activate [view] [version]");
  activate.description("the versions of the views, or put one in force");
  addWriteFlags(addCommonFlags(activate.usage("[VIEW VERSION] [options]")));
  runner.does(activate, ["view", "version"], () => import("../commands/activate.ts"));

  addReport(program, runner);
}

function addReport(program: Command, runner: Runner): void {
  const report = program.command("report").description("say what happened elsewhere");
  for (const kind of ["source", "build"] as const) {
    const command = report
      .command(kind)
      .description(kind === "source" ? "the source has a new commit" : "a commit was built")
      .requiredOption("--workload <name>", "of which workload")
      .requiredOption("--commit <sha>", "which commit")
      .option("--image <reference>", "the image; it becomes the workload's");
    runner.does(addWriteFlags(addCommonFlags(command)), [], async () => {
      const { reportWorkload } = await import("../commands/report.ts");
      return { run: reportWorkload(kind) };
    });
  }
  const deployed = report
    .command("deployed")
    .description("a GitOps tool has brought a Git commit to a host")
    .requiredOption("--host <name>", "which host")
    .requiredOption("--commit <sha>", "which commit");
  runner.does(addCommonFlags(deployed), [], async () => {
    const { reportDeployed } = await import("../commands/report.ts");
    return { run: reportDeployed };
  });
}
