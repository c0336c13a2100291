import { gitEnvironment } from "../git-environment.ts";
import { GitLauncher } from "../git-launcher.ts";

/**
 * A process that runs git through a launcher whose id it tells: with `once` one command to its
 * end, without it one whose input never ends.
 */
const git = new GitLauncher(gitEnvironment(process.env));
const isOnce = process.argv.includes("once");
const run = isOnce
  ? git.run({ args: ["version"] })
  : git.run({ args: ["fast-import"], input: endless() });
process.send?.(git.pid);
await run;
if (isOnce) process.disconnect?.();

async function* endless(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("first half");
  await new Promise(() => {});
}
