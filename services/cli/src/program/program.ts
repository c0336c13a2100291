import { Command } from "commander";
import { EXIT_STATUS_TEXT } from "../exit-status.ts";
import { addCommonFlags } from "./flags.ts";
import { addObserveCommands } from "./observe-commands.ts";
import { addReadCommands } from "./read-commands.ts";
import type { Runner } from "./runner.ts";
import { addSessionCommands } from "./session-commands.ts";
import { addWriteCommands } from "./write-commands.ts";

/** Everything that can be typed. What a command does is loaded when it is run, not here. */
export function createProgram(runner: Runner): Command {
  const { stdout, stderr } = runner.shell;
  const program = new Command("titan")
    .description("Keeps fleets of hosts running what their owners declared.")
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError("hint: add --help for what there is")
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // The parser puts its suggestion in parentheses on a line of its own.
      outputError: (text, write) =>
        write(text.replace(/\n\(Did you mean (.*)\)/s, "\nhint: did you mean $1")),
    });
  addCommonFlags(program);
  addWriteCommands(program, runner);
  addReadCommands(program, runner);
  addObserveCommands(program, runner);
  addSessionCommands(program, runner);
  addHelp(program, runner);
  return program;
}

function addHelp(program: Command, runner: Runner): void {
  program.helpCommand(false);
  program
    .command("help [words...]")
    .description("help for a command; `help exit-codes` lists the exit statuses")
    .action((words: readonly string[] = []) => {
      if (words[0] === "exit-codes") {
        runner.shell.stdout.write(EXIT_STATUS_TEXT);
        return;
      }
      let about = program;
      for (const word of words) {
        const next = about.commands.find((command) => command.name() === word);
        if (next === undefined) program.error(`error: there is no command "${words.join(" ")}"`);
        else about = next;
      }
      about.outputHelp();
    });
}
