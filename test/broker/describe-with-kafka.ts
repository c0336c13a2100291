import { describe, inject } from "vitest";
import "./provided-kafka.ts";

/** Tests on the broker that the run shares. They are skipped when there is none; the setup said why. */
export function describeWithKafka(name: string, tests: (brokers: string) => void): void {
  const { shared } = inject("kafka");
  describe.skipIf("missing" in shared)(name, () => {
    tests("missing" in shared ? "" : shared.brokers);
  });
}

/** Tests that start brokers of their own by `startApacheKafka`, because they harm them. */
export function describeWithOwnKafka(name: string, tests: () => void): void {
  describe.skipIf(inject("kafka").ownMissing !== undefined)(name, tests);
}
