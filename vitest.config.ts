import { defineConfig } from "vitest/config";

/**
 * `unit` lies beside the sources and takes a minute or two; `flows` starts real processes; `kafka` a real Kafka.
 * Limits are for what hangs: how long a test takes is the machine's affair.
 */
export default defineConfig({
  test: {
    reporters: ["default", "./test/repo/count-reporter.ts"],
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: "unit",
          include: ["{libs,services}/**/*.test.ts", "test/{bench,repo}/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "flows",
          include: ["test/{flows,e2e,sim,hostile,crash-points}/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "kafka",
          include: ["test/{broker,kafka,chaos}/**/*.test.ts"],
          globalSetup: ["test/broker/global-setup.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
