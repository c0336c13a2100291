#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a sentence instead of a stack trace.
const NODE_MAJOR_MIN = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `error: titan needs Node ${NODE_MAJOR_MIN} or newer, this is ${process.versions.node}\n` +
      "hint: start it with `npx titan` or an npm script, which bring their own Node\n",
  );
  process.exitCode = 1;
} else {
  import("../src/main.ts").catch((error) => {
    process.stderr.write(`error: titan could not start: ${error?.stack ?? error}\n`);
    process.exitCode = 1;
  });
}
