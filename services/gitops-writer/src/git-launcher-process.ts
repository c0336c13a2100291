import { GitCommand } from "./git-command.ts";
import { gitEnvironment } from "./git-environment.ts";
import { GitError } from "./git-error.ts";
import type { LauncherOrder, LauncherReply } from "./git-launcher-messages.ts";

/** Of the input of a run: the next bytes, or why there are none. */
type Part = Uint8Array | "ended" | "failed";

/** The small process that starts git for a large one, until that one is gone (see `GitLauncher`). */
const git = new GitCommand({ environment: gitEnvironment(process.env) });
/** Who waits for the next part of a run's input. */
const waiting = new Map<number, (part: Part) => void>();

process.on("message", (order: LauncherOrder) => {
  switch (order.kind) {
    case "run":
      void answer(order);
      break;
    case "input":
      waiting.get(order.id)?.(order.bytes);
      break;
    case "input-ended":
      waiting.get(order.id)?.("ended");
      break;
    case "input-failed":
      waiting.get(order.id)?.("failed");
      break;
  }
});
// Git meets the end of its input, as it would had its own parent died.
process.on("disconnect", () => process.exit(0));

async function answer({
  id,
  run,
  hasInput,
}: Extract<LauncherOrder, { kind: "run" }>): Promise<void> {
  try {
    const input = hasInput ? inputOf(id) : [];
    tell({ kind: "answered", id, answer: await git.run({ ...run, input }) });
  } catch (error) {
    if (error instanceof GitError) {
      tell({ kind: "failed", id, code: error.code, message: error.message });
    } else {
      tell({
        kind: "broken",
        id,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  } finally {
    waiting.delete(id);
  }
}

/** Asks for one part after the other, when git has taken the last. */
async function* inputOf(id: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = Promise.withResolvers<Part>();
    waiting.set(id, next.resolve);
    tell({ kind: "more", id });
    const part = await next.promise;
    if (part === "ended") return;
    if (part === "failed") throw new Error("the input failed");
    yield part;
  }
}

function tell(reply: LauncherReply): void {
  // That nobody is there to be told is learnt from the disconnection.
  process.send?.(reply, undefined, undefined, () => {});
}
