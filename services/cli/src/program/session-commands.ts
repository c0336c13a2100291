import type { Command } from "commander";
import { addCommonFlags } from "./flags.ts";
import type { Runner } from "./runner.ts";

/** up, agent, login, whoami, version, completion, help. */
export function addSessionCommands(program: Command, runner: Runner): void {
  const up = program
    .command("up")
    .description("run a whole Titan in this process")
    .option("--data <folder>", "where it keeps its data")
    .option("--port <number>", "the port it listens on")
    .option("--git <repository>", "where the rendered files are committed: an address or a folder")
    .option("--kafka <address>", "use Kafka at HOST:PORT instead of the embedded log")
    .option("--demo", "play the scenario of the README with a host agent")
    .option("--once", "play the scenario, print what landed where, and end");
  runner.does(addCommonFlags(up), [], () => import("../up/up-command.ts"));

  const agent = program
    .command("agent")
    .description("make a folder on this host what the host is to run")
    .requiredOption("--host <name>", "which host this is")
    .requiredOption("--dir <folder>", "where the files go")
    .option("--state <folder>", "where the agent keeps what it knows")
    .option("--kafka <address>", "read from Kafka at HOST:PORT instead of the server")
    .option(
      "--accept-installation <id>",
      "follow this installation from now on, whatever ran before",
    )
    .option("--once", "end when the host runs what it must now");
  runner.does(addCommonFlags(agent), [], () => import("../agent-command.ts"));

  const login = program
    .command("login")
    .description("sign in, and remember the server and the token");
  runner.does(addCommonFlags(login), [], () => import("../commands/login.ts"));

  const whoami = program
    .command("whoami")
    .description("who the token belongs to, and what it may do");
  runner.does(addCommonFlags(whoami), [], () => import("../commands/whoami.ts"));

  const version = program.command("version").description("the version of this program");
  runner.does(addCommonFlags(version), [], () => import("../commands/version.ts"));

  const completion = program.command("completion <shell>").usage("bash|zsh|fish");
  completion.description("print a script that completes commands; for bash, zsh or fish");
  runner.does(addCommonFlags(completion), ["shell"], () => import("../commands/completion.ts"));

  const complete = program.command("__complete [words...]", { hidden: true });
  complete.allowUnknownOption().helpOption(false);
  runner.does(complete, ["words"], async () => {
    const { completeWords } = await import("../commands/complete.ts");
    return { run: completeWords(program) };
  });
}
