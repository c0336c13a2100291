import type { Installation } from "@titan/domain";
import type { EventLog, KafkaLogger } from "@titan/event-log";
import { readInstallation, systemClock, type Clock } from "@titan/processor-runtime";
import { openLog, readLogConfig } from "@titan/processor-runtime/service";
import type { Change, ProposalKey, Verdict } from "./change.ts";
import { isFollowed, type FollowedTopic } from "./cut.ts";
import { Follower, type FollowOptions } from "./follower.ts";
import { Proposer, type ProposeOptions } from "./proposer.ts";

export interface TitanOptions {
  readonly clock?: Clock;
  /** For a log that is opened by its address; silent unless told. */
  readonly logger?: KafkaLogger;
  /** Where `TITAN_KAFKA_…` and `TITAN_SCHEMA_REGISTRY` are, of a log that is opened by its address. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface Following {
  /** Resolves after `close`; rejects with what `onCut` threw, or what the log can not do. */
  readonly done: Promise<void>;
  /** Resolves when no further `onCut` will begin and the last has ended: do not await it in there. */
  close(): Promise<void>;
}

/** What another service does with Titan: act on consistent cuts, and propose changes. */
export interface TitanClient {
  readonly installation: Installation;

  /**
   * Proposes a change and waits for its verdict, which is committed then, accepted or refused. An
   * attempt that may have been lost is repeated with the same bytes; the feed counts it once.
   * Rejects with `OutcomeUnknown`, which carries the key for a repetition, when there is no verdict
   * in time, and with another `ClientError` when nothing was written.
   */
  propose(change: Change, options?: ProposeOptions): Promise<Verdict>;

  /** A key to keep before proposing, so that a repetition after a restart does nothing twice. */
  newKey(): Promise<ProposalKey>;

  /**
   * Calls `onCut` with what the topics hold together, at verified cuts only, each above the last;
   * cuts that come while it runs are joined. Derived topics are aligned with nouns, so following
   * both waits for the views. Throws `RangeError` for topics that have no cuts.
   */
  follow<Topic extends FollowedTopic>(options: FollowOptions<Topic>): Following;

  /** Ends what was begun, and the log if it was opened by its address. */
  close(): Promise<void>;
}

/**
 * Takes a log, or the address of one: `kafka:host:port[,host:port]`. Makes no topic: rejects with
 * `InstallationError` where there is no installation (yet), with `ConfigError` for what is no address, and with
 * the log's own `LogError`.
 */
export async function openTitan(
  source: EventLog | string,
  options: TitanOptions = {},
): Promise<TitanClient> {
  const { clock = systemClock, logger = { warn: () => {} } } = options;
  const { environment = process.env } = options;
  const log =
    typeof source === "string"
      ? await openLog(readLogConfig({ ...environment, TITAN_LOG: source }), "client", logger)
      : source;
  const closeOwn = async (): Promise<void> => {
    if (typeof source === "string") await log.close();
  };
  let installation: Installation;
  try {
    installation = await readInstallation(log);
  } catch (error) {
    await closeOwn();
    throw error;
  }
  const proposer = new Proposer(log, clock);
  const followings = new Set<Following>();
  return {
    installation,
    propose: (change, how = {}) => proposer.propose(change, how),
    newKey: () => proposer.newKey(),
    follow: (what) => {
      const wrong = what.topics.find((topic) => !isFollowed(topic));
      if (wrong !== undefined || what.topics.length === 0) {
        throw new RangeError(`what has no cuts can not be followed: ${wrong ?? "no topic"}`);
      }
      const following = new Follower(log, clock, installation, what);
      followings.add(following);
      return following;
    },
    close: async () => {
      await Promise.all([...followings].map((following) => following.close()));
      await proposer.close();
      await closeOwn();
    },
  };
}
