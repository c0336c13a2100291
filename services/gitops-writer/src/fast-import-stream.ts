import type { CommitRequest } from "./git-repository.ts";
import { quotePath } from "./path-bytes.ts";

/** Never left behind: the stream removes it again, so no other reader of the repository sees it. */
const SCRATCH_REF = "refs/titan/scratch";
const CHUNK_BYTES = 256 * 1024;
const NO_COMMIT = "0".repeat(40);

/**
 * The input of `git fast-import` that makes one commit and prints its id. It ends with `done`, and
 * git is told to insist on it: a stream that breaks off makes no commit.
 */
export async function* fastImportStream(request: CommitRequest): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const part of parts(request)) {
    waiting.push(part);
    waitingBytes += part.length;
    if (waitingBytes < CHUNK_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
  }
  yield Buffer.concat(waiting);
}

async function* parts(request: CommitRequest): AsyncGenerator<Uint8Array> {
  const message = Buffer.from(request.message, "utf8");
  const seconds = Math.floor(request.dateMs / 1000);
  const person = `${plain(request.authorName)} <${plain(request.authorEmail)}> ${seconds} +0000`;
  yield Buffer.from(
    `feature done\ncommit ${SCRATCH_REF}\nmark :1\nauthor ${person}\ncommitter ${person}\n` +
      `data ${message.length}\n`,
  );
  yield message;
  yield Buffer.from(`\n${request.parent === null ? "" : `from ${request.parent}\n`}`);

  const paths = [...request.changes.keys()].sort();
  // Removals first: a path may become a folder, or a folder a file.
  for (const path of paths) {
    if (request.changes.get(path) === null) yield Buffer.from(`D ${quotePath(path)}\n`);
  }
  for (const path of paths) {
    const mode = request.changes.get(path);
    if (mode === null || mode === undefined) continue;
    const bytes = await request.contentOf(path);
    yield Buffer.from(`M ${mode} inline ${quotePath(path)}\ndata ${bytes.length}\n`);
    yield bytes;
    yield Buffer.from("\n");
  }
  yield Buffer.from(`\nget-mark :1\nreset ${SCRATCH_REF}\nfrom ${NO_COMMIT}\n\ndone\n`);
}

/** A name that can not end its line or its part of it. */
function plain(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it takes out
  return name.replaceAll(/[\u0000-\u001f\u007f<>]/g, " ").trim();
}
