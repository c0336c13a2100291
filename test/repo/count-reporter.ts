import type { Reporter, TestModule } from "vitest/node";

/** Prints `N passed, N failed` alone on the last line, so that a run that executed no test shows. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        if (test.result().state === "passed") passed += 1;
        if (test.result().state === "failed") failed += 1;
      }
    }
    console.log(`\n${passed} passed, ${failed} failed`);
  }
}
