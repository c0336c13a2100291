#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a sentence instead of a stack trace.
import { homedir } from "node:os";
import { join } from "node:path";
import module from "node:module";

const NODE_MAJOR_MIN = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `error: titan needs Node ${NODE_MAJOR_MIN} or newer, this is ${process.versions.node}\n` +
      "hint: start it with `npx titan` or an npm script, which bring their own Node\n",
  );
  process.exitCode = 1;
} else {
  cacheCompiled();
  import("../src/main.ts").catch((error) => {
    process.stderr.write(`error: titan could not start: ${error?.stack ?? error}\n`);
    process.exitCode = 1;
  });
}

/** Stripping types takes most of the start, so what was stripped once is kept; in a folder of the owner's own. */
function cacheCompiled() {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  module.enableCompileCache(join(base, "titan", "compiled"));
}
