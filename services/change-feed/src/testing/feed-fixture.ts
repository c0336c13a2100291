import type { Commit, Operation, Proposal } from "@titan/domain";
import { proposalOf } from "@titan/domain/testing";
import type { SimulatedClient } from "@titan/event-log/testing";
import {
  commitOf,
  CHANGE_TOPIC,
  CommitChain,
  openInstallation,
  type Clock,
} from "@titan/processor-runtime";
import { NounLog } from "@titan/processor-runtime/testing";
import { decodeAs, encode, type RecordTypes } from "@titan/schema-codec";
import { ChangeFeed, type ChangeFeedOptions } from "../change-feed.ts";
import { installationCommit } from "../installation-commit.ts";

export const PROPOSAL_TOPIC = "titan.proposal";

/**
 * A feed over a log in memory on a virtual clock: nothing happens but what is asked for. With a
 * `seed` everything takes a random time, without one none.
 */
export class FeedFixture {
  readonly nouns: NounLog;
  /** Added to what the feed sees as the time. */
  clockOffsetMs = 0;
  #ids = 0;
  #running: { readonly feed: ChangeFeed; readonly client: SimulatedClient } | undefined;
  failure: unknown;

  constructor(seed?: number) {
    this.nouns = new NounLog(undefined, seed);
  }

  /** Revision 1 with the view target-delta, and a feed. */
  static async running(
    options: Partial<ChangeFeedOptions> = {},
    seed?: number,
  ): Promise<FeedFixture> {
    const fixture = new FeedFixture(seed);
    const { nouns } = fixture;
    const first = installationCommit({
      installationId: "installation",
      commitId: "first",
      ...nouns.counts,
      views: [{ name: "target-delta", version: 1 }],
      now: nouns.clock.now(),
    });
    await nouns.settle(openInstallation(nouns.log, nouns.clock, first));
    await fixture.start(options);
    return fixture;
  }

  async start(options: Partial<ChangeFeedOptions> = {}): Promise<void> {
    const client = this.nouns.log.client(`feed ${(this.#ids += 1)}`);
    const { clock, counts } = this.nouns;
    const shifted: Clock = { ...clock, now: () => clock.now() + this.clockOffsetMs };
    const feed = new ChangeFeed({
      log: client,
      clock: shifted,
      counts,
      newId: () => `commit-${(this.#ids += 1)}`,
      ...options,
    });
    feed.run().catch((error: unknown) => {
      this.failure = error;
    });
    this.#running = { feed, client };
    await this.nouns.quiet();
  }

  /** As `kill -9`. */
  kill(): void {
    this.#running?.client.kill();
  }

  async restart(options: Partial<ChangeFeedOptions> = {}): Promise<void> {
    this.kill();
    await this.start(options);
  }

  async propose(
    id: string,
    operations: readonly Operation[],
    extra: Partial<Proposal> = {},
  ): Promise<void> {
    await this.submit(encode("proposal", proposalOf(operations, { id, seen: 1, ...extra })));
  }

  async submit(value: Uint8Array, key = "default"): Promise<void> {
    await this.nouns.append(PROPOSAL_TOPIC, 0, key, value);
    await this.nouns.quiet();
  }

  /** Everything that counts. */
  commits(): readonly Commit[] {
    const chain = new CommitChain();
    return this.nouns.log.peek(CHANGE_TOPIC, 0).flatMap(({ value, offset }) => {
      const commit = commitOf(value);
      return commit !== undefined && chain.accept(commit, offset) ? [commit] : [];
    });
  }

  /** `id accepted` or `id` with the codes of its refusals, of each commit after the installation. */
  verdicts(): readonly string[] {
    return this.commits()
      .slice(1)
      .map(({ proposalId, accepted, refusals }) =>
        accepted
          ? `${proposalId} accepted`
          : `${proposalId} ${refusals.map(({ code }) => code).join(",")}`,
      );
  }

  letters(): readonly RecordTypes["dead-letter"][] {
    return this.nouns.log
      .peek("titan.dead-letter", 0)
      .map(({ value }) => decodeAs("dead-letter", value));
  }

  /** What a plain reader has of a host: its site label and its revision, by offset. */
  hosts(): readonly string[] {
    return this.nouns.shown("titan.host", 0, (current) => {
      const { labels } = current as { readonly labels: Readonly<Record<string, string>> };
      return labels["site"] ?? "";
    });
  }
}
