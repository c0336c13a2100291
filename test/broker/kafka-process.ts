import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KafkaConfig } from "kafkajs";
import { answersMetadata, listens } from "./broker-answers.ts";
import { brokerCommand, formatCommand, type JavaSettings } from "./broker-command.ts";
import { runCommand } from "./run-command.ts";
import { propertiesText, type BrokerPorts, type Properties } from "./server-properties.ts";

const OUTPUT_SHOWN = 16_000;
const PAUSE_MS = 50;
/** A broker that needs so long is broken; nothing is judged by time below this. */
const START_MS_MAX = 180_000;

export interface KafkaProcessSettings {
  readonly version: string;
  readonly folder: string;
  /** Whether the folder outlives this object. */
  readonly folderKept: boolean;
  readonly ports: BrokerPorts;
  readonly properties: Properties;
  readonly java: JavaSettings;
  /** Further arguments of the storage tool: the users that a new broker knows. */
  readonly formatArguments: readonly string[];
  /** How a client of kafkajs connects, address and credentials included. */
  readonly client: KafkaClientConfig;
  readonly diskBytes: number | undefined;
}

export type KafkaClientConfig = Pick<KafkaConfig, "ssl" | "sasl"> & { readonly brokers: string[] };

export interface KafkaEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Brokers that run; they end with this process, however it ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * One broker in a process of its own. It can be stopped, killed, paused and started again, with
 * the same data, ports and cluster id. Whoever has it must `dispose` of it.
 */
export class KafkaProcess implements AsyncDisposable {
  readonly version: string;
  /** Where clients connect. */
  readonly brokers: string;
  /** A plain listener beside the one for clients: no proxy, no credentials. */
  readonly direct: string;
  readonly client: KafkaClientConfig;
  /** Holds everything of the broker: settings, output, certificates, data. */
  readonly folder: string;
  /** Kafka's `log.dirs`: a folder for each partition. */
  readonly logFolder: string;
  readonly #settings: KafkaProcessSettings;
  #diskBytes: number | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<KafkaEnd> | undefined;

  constructor(settings: KafkaProcessSettings) {
    const { version, folder, ports, client, properties, diskBytes } = settings;
    this.#settings = settings;
    this.#diskBytes = diskBytes;
    this.version = version;
    this.folder = folder;
    this.logFolder = String(properties["log.dirs"]);
    this.brokers = `127.0.0.1:${ports.advertised}`;
    this.direct = `127.0.0.1:${ports.direct}`;
    this.client = client;
  }

  /** The process that runs now. Throws when none does. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the broker does not run");
    return pid;
  }

  /** Resolves when the process that runs now has ended, by whatever; at once when none runs. */
  get ended(): Promise<KafkaEnd> {
    return this.#ended ?? Promise.resolve({ status: null, signal: null });
  }

  /**
   * Starts it, and resolves when a client gets metadata. A port that is taken is an error, and
   * a broker that ends before that, with the end of its output.
   */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error("the broker runs already");
    const { clients, direct, controller } = this.#settings.ports;
    for (const port of [clients, direct, controller]) {
      // Else the one that listens there would be taken for this one before it gives up.
      if (await listens(port)) throw new Error(`port ${port} is in use`);
    }
    const file = join(this.folder, "server.properties");
    writeFileSync(file, propertiesText(this.#settings.properties));
    if (!existsSync(join(this.logFolder, "meta.properties"))) {
      const { java, formatArguments } = this.#settings;
      const [command = "", ...args] = formatCommand(java, file, formatArguments);
      await runCommand(command, args, this.folder);
    }
    this.#spawn(file);
    const end = await Promise.race([this.ended, this.#ready()]);
    if (end !== undefined) throw new Error(`Kafka ended when it started\n${this.output()}`);
  }

  #spawn(file: string): void {
    const [command = "", ...args] = brokerCommand(this.#settings.java, file, this.#diskBytes);
    const output = openSync(this.#outputFile, "a");
    const child = spawn(command, args, { cwd: this.folder, stdio: ["ignore", output, output] });
    closeSync(output);
    running.add(child);
    this.#child = child;
    this.#ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => resolve({ status, signal }));
    });
    const gone = (): void => {
      running.delete(child);
      this.#child = undefined;
    };
    this.#ended.then(gone, gone);
  }

  async #ready(): Promise<undefined> {
    const deadline = Date.now() + START_MS_MAX;
    while (this.#child !== undefined) {
      const listening = await listens(this.#settings.ports.clients);
      if (listening && (await answersMetadata(this.direct))) return undefined;
      if (Date.now() > deadline) throw new Error(`Kafka never answered\n${this.output()}`);
      await sleep(PAUSE_MS);
    }
    return undefined;
  }

  /** Asks it to end and waits for that. A paused one goes on first. */
  async stop(): Promise<KafkaEnd> {
    this.#child?.kill("SIGCONT");
    this.#child?.kill("SIGTERM");
    return this.ended;
  }

  /** Ends it the hard way, and resolves when it is gone. */
  async kill(): Promise<KafkaEnd> {
    this.#child?.kill("SIGKILL");
    return this.ended;
  }

  /** Its connections stay and nothing answers, until `resume`. */
  pause(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  resume(): void {
    process.kill(this.pid, "SIGCONT");
  }

  /** From the next start on, no file of the broker grows beyond this; undefined: no limit. */
  setDiskBytes(bytes: number | undefined): void {
    this.#diskBytes = bytes;
  }

  /** The end of what it printed, over all its lives. */
  output(): string {
    return existsSync(this.#outputFile)
      ? readFileSync(this.#outputFile, "utf8").slice(-OUTPUT_SHOWN)
      : "";
  }

  /** Kills it and removes its folder, unless that was named by the caller. */
  async dispose(): Promise<void> {
    await this.kill();
    if (this.#settings.folderKept) return;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  get #outputFile(): string {
    return join(this.folder, "output.log");
  }
}
