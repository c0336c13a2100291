import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTitan } from "@titan/client";
import { openEmbeddedLog, type EventLog } from "@titan/event-log";
import { eventually } from "../../flows/eventually.ts";
import { InProcessTitan } from "../../flows/in-process-titan.ts";
import { Clients } from "../clients/clients.ts";
import type { HistoryLine } from "../history/history-line.ts";
import { parseHistory } from "../history/history.ts";
import { Recorder } from "../history/recorder.ts";
import { replayedTopics } from "../truth/replayed-topics.ts";
import type { ReadTopics } from "../truth/topic-record.ts";
import { LyingProxy, type Lie } from "./lying-proxy.ts";

export interface Recorded {
  readonly workspace: string;
  readonly lines: readonly HistoryLine[];
  readonly topics: ReadTopics;
}

/** Enough for every client to have done everything. */
const CALLS = 500;
const PACE_MS = 5;
const HANG_MS = 120_000;

/** A Titan on one box, for short histories by the clients of the rounds, each in a workspace of its own. */
export class RecordedTitan implements AsyncDisposable {
  readonly #folder: string;
  readonly #log: EventLog;
  readonly #titan: InProcessTitan;
  #histories = 0;

  private constructor(folder: string, log: EventLog, titan: InProcessTitan) {
    this.#folder = folder;
    this.#log = log;
    this.#titan = titan;
  }

  static async start(): Promise<RecordedTitan> {
    const folder = mkdtempSync(join(tmpdir(), "titan-history-"));
    const log = openEmbeddedLog({ path: join(folder, "log.sqlite") });
    return new RecordedTitan(folder, log, await InProcessTitan.start(log));
  }

  /** Records what clients see of a server, or of one that lies. */
  async record(seed: number, lie: Lie = {}): Promise<Recorded> {
    const { url, token } = this.#titan;
    this.#histories += 1;
    const workspace = `history${this.#histories}`;
    const path = join(this.#folder, `${workspace}.jsonl`);
    await using proxy = await LyingProxy.start(url, lie);
    const recorder = new Recorder(path);
    const setting = { recorder, servers: [proxy.url], token, workspace, paceMs: PACE_MS };
    const clients = new Clients(setting, seed, () => openTitan(this.#log));
    await clients.prepare();
    const work = clients.run();
    await eventually(`${CALLS} calls`, () => recorder.calls >= CALLS, HANG_MS);
    clients.end();
    await clients.endListening();
    await work;
    recorder.close();
    const lines = parseHistory(readFileSync(path, "utf8"));
    return { workspace, lines, topics: await replayedTopics(url, token) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#titan[Symbol.asyncDispose]();
    await this.#log.close();
    rmSync(this.#folder, { recursive: true });
  }
}
