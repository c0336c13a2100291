import type { Command } from "commander";
import { createContext, type CommandContext, type Shell } from "../command-context.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import type { CommonOptions } from "../settings.ts";

const TOKEN_BYTES_MAX = 4_096;

/** A module of a command. It is loaded only when the command is run. */
export interface CommandModule<Options> {
  /** Answers the exit status. */
  run(options: Options, context: CommandContext): Promise<number>;
}

/** Ties what people type to the module that does it. */
export class Runner {
  readonly #shell: Shell;
  /** What the process is to end with. */
  exitStatus: number = EXIT_STATUS.done;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  get shell(): Shell {
    return this.#shell;
  }

  /** `names` are those of the positional arguments, in order; they and the flags become the options. */
  does<Options>(
    command: Command,
    names: readonly string[],
    load: () => Promise<CommandModule<Options>>,
  ): void {
    command.action(async () => {
      const flags: CommonOptions = { ...rootOf(command).opts(), ...command.opts() };
      const given: readonly unknown[] = command.processedArgs;
      const positionals = names.map((name, index) => [name, given[index]] as const);
      const named = Object.fromEntries(positionals.filter(([, value]) => value !== undefined));
      // Of these flags the parser knows the types only at run time; each command declares its own.
      const options = { ...flags, ...named } as Options;
      const context = createContext(await this.#settle(flags), this.#shell);
      this.exitStatus = await (await load()).run(options, context);
    });
  }

  async #settle({ workspace, token, ...others }: CommonOptions): Promise<CommonOptions> {
    const read = token === "-" ? (await this.#shell.stdin.readAll(TOKEN_BYTES_MAX)).trim() : token;
    return {
      ...others,
      // `create token` takes several workspaces under the flag that elsewhere names the current one.
      ...(typeof workspace === "string" ? { workspace } : {}),
      ...(read === undefined ? {} : { token: read }),
    };
  }
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
