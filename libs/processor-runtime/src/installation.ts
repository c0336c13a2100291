import { LogError, type EventLog } from "@titan/event-log";
import type { Commit, Installation } from "@titan/domain";
import { CodecError, decodeAs, encode } from "@titan/schema-codec";
import { appendPersistently } from "./persistent-append.ts";
import type { Clock } from "./clock.ts";
import { fixedTopics, FIRST_TOPICS } from "./topics.ts";

export const CHANGE_TOPIC = "titan.change";

/** Why a log can not be used as it is. */
export class InstallationError extends Error {
  readonly code: "no-installation" | "not-a-titan-log";

  constructor(code: InstallationError["code"], message: string) {
    super(message);
    this.name = "InstallationError";
    this.code = code;
  }
}

/**
 * The installation that this log holds: its first counted commit. Where there is none, `first`
 * is appended; whoever loses that race takes the one that counted. Makes all fixed topics.
 */
export async function openInstallation(
  log: EventLog,
  clock: Clock,
  first?: Commit,
): Promise<Installation> {
  await log.createTopics(FIRST_TOPICS);
  let commit = await readFirst(log);
  if (commit === undefined) {
    if (first === undefined) throw noInstallation();
    const record = { key: "", value: encode("commit", first) };
    await appendPersistently(
      log,
      [{ topic: CHANGE_TOPIC, partition: 0, records: [record] }],
      clock,
    );
    commit = await readFirst(log);
  }
  const installation = installationOf(commit);
  await log.createTopics(fixedTopics(installation));
  return installation;
}

/**
 * The installation that this log holds, for who only reads or proposes: nothing is made. Throws
 * `InstallationError` where there is none (yet), and the `LogError` of a log that does not answer.
 */
export async function readInstallation(log: EventLog): Promise<Installation> {
  let commit: Commit | undefined;
  try {
    commit = await readFirst(log);
  } catch (error) {
    // Before the first start of the change feed not even the topic is there.
    if (!(error instanceof LogError && error.code === "unknown-topic")) throw error;
  }
  if (commit === undefined) throw noInstallation();
  return installationOf(commit);
}

function noInstallation(): InstallationError {
  return new InstallationError(
    "no-installation",
    "the log holds no installation yet: start the change feed first",
  );
}

function installationOf(commit: Commit | undefined): Installation {
  const installation = commit?.installation ?? null;
  if (installation !== null) return installation;
  throw new InstallationError(
    "not-a-titan-log",
    `${CHANGE_TOPIC} does not begin with an installation`,
  );
}

/** The first commit that counts: revision 1 without a predecessor. */
async function readFirst(log: EventLog): Promise<Commit | undefined> {
  const { end } = await log.bounds(CHANGE_TOPIC, 0);
  if (end === 0) return undefined;
  let found: Commit | undefined;
  await new Promise<void>((resolve, reject) => {
    const subscription = log.subscribe(
      { topic: CHANGE_TOPIC, partition: 0, from: 0 },
      (batch) => {
        for (const record of batch.records) found ??= firstCommit(record.value);
        if (found === undefined && batch.next < end) return;
        resolve();
        void subscription.close();
      },
      { maxRecords: 1, onError: reject },
    );
  });
  return found;
}

function firstCommit(value: Uint8Array): Commit | undefined {
  try {
    const commit = decodeAs("commit", value);
    return commit.revision === 1 && commit.predecessor === "" ? commit : undefined;
  } catch (error) {
    // Bytes that are no commit are void like any other record that does not count.
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
