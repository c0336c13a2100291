import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../broker/run-command.ts";
import type { BenchCluster } from "../kafka/bench-cluster.ts";
import { missingCommand, runPeer, type PeerFindings } from "./peer-lines.ts";
import type { Compared } from "./peer-size.ts";

const SOURCES = fileURLToPath(new URL("./kafka-streams", import.meta.url));
const DRIVER_HEAP = "-Xmx1g";
const APP_HEAP = "4g";

/** As fast as each guarantee was found to be: at least once, and exactly once by transactions. */
export const GUARANTEES = ["alos", "eos"] as const;
const OPTIONS: Readonly<Record<(typeof GUARANTEES)[number], readonly string[]>> = {
  alos: ["guarantee=alos", "commit=100", "linger=5"],
  eos: ["guarantee=eos", "commit=100", "linger=20"],
};

/** The topology with its driver, built into a temporary folder. */
export class KafkaStreamsProgram implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "titan-peer-"));

  /** Undefined, and a line that says so, where it can not be built. */
  static async build(): Promise<KafkaStreamsProgram | undefined> {
    const missing = await missingCommand([
      ["javac", "-version"],
      ["mvn", "-version"],
    ]);
    if (missing !== undefined) {
      console.log(`${missing} is not installed: Kafka Streams is left out`);
      return undefined;
    }
    const program = new KafkaStreamsProgram();
    try {
      await program.#compile();
      return program;
    } catch (error) {
      program[Symbol.dispose]();
      throw error;
    }
  }

  async run(
    cluster: BenchCluster,
    { hosts, targets }: Compared,
    guarantee: (typeof GUARANTEES)[number],
    cases: readonly string[],
  ): Promise<PeerFindings> {
    await cluster.clear();
    return runPeer("java", [
      DRIVER_HEAP,
      "-cp",
      `${join(this.#folder, "classes")}:${join(this.#folder, "lib", "*")}`,
      "Driver",
      `bootstrap=${cluster.brokers}`,
      `statedir=${join(this.#folder, "state")}`,
      `xmx=${APP_HEAP}`,
      `n=${hosts}`,
      `t=${targets}`,
      "match=index",
      ...OPTIONS[guarantee],
      ...cases,
    ]);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #compile(): Promise<void> {
    const libraries = join(this.#folder, "lib");
    const pom = join(SOURCES, "pom.xml");
    const output = `-DoutputDirectory=${libraries}`;
    await runCommand("mvn", ["-B", "-q", "-f", pom, "dependency:copy-dependencies", output]);
    const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".java"));
    const options = ["-d", join(this.#folder, "classes"), "-cp", join(libraries, "*")];
    await runCommand("javac", [...options, ...sources], SOURCES);
  }
}
