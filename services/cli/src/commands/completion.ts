import type { CommandContext } from "../command-context.ts";
import { usageError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";

const BASH = `# titan: eval "$(titan completion bash)"
_titan() {
  local IFS=$'\\n'
  COMPREPLY=($(titan __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
# Bash takes = and : for ends of words; left alone, key=value stays one.
COMP_WORDBREAKS=\${COMP_WORDBREAKS//[=:]/}
complete -o default -F _titan titan
`;

const ZSH = `#compdef titan
# titan: eval "$(titan completion zsh)"
_titan() {
  local -a found
  found=(\${(f)"$(titan __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -a found; else _files; fi
}
compdef _titan titan
`;

const FISH = `# titan: titan completion fish | source
function __titan_complete
    set -l words (commandline -opc) (commandline -ct)
    titan __complete -- $words[2..-1] 2>/dev/null
end
complete -c titan -a "(__titan_complete)"
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export async function run(
  options: { readonly shell: string },
  context: CommandContext,
): Promise<number> {
  const script = SCRIPTS[options.shell];
  if (script === undefined) {
    throw usageError(`there is no completion for ${options.shell}`, "one of: bash, zsh, fish");
  }
  context.output.raw(script);
  return EXIT_STATUS.done;
}
