// So that `npm start` and `npm test` work on a fresh clone: plain JavaScript for whatever Node is there.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const installed = new URL("../node_modules/.package-lock.json", import.meta.url);
if (!existsSync(installed)) {
  console.error("installing the packages of package-lock.json first");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
