import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./run-command.ts";

const POM = fileURLToPath(new URL("./pom.xml", import.meta.url));

/** The versions that everything is tested with: the newest of 4.1, and of 3.9 as a second leg. */
export const KAFKA_VERSION = "4.1.2";
export const KAFKA_VERSION_OLD = "3.9.2";

/**
 * The folder with the jars of a version of Apache Kafka, from Maven Central at the first call on
 * this machine (about 60 MB). A folder with that name is complete: it is filled under another
 * one, so a second process that fills it at the same time, or one that was killed, does no harm.
 */
export async function kafkaJars(version: string): Promise<string> {
  const folder = join(cacheFolder(), `kafka-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder(), { recursive: true });
  const filling = mkdtempSync(`${folder}.filling-`);
  try {
    await runCommand("mvn", [
      "-B",
      "-q",
      "-f",
      POM,
      `-Dkafka.version=${version}`,
      "dependency:copy-dependencies",
      "-DincludeScope=runtime",
      `-DoutputDirectory=${filling}`,
    ]);
    renameSync(filling, folder);
  } catch (error) {
    rmSync(filling, { recursive: true, force: true });
    // Another process may have been first; its folder is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function cacheFolder(): string {
  const { TITAN_CACHE, XDG_CACHE_HOME } = process.env;
  if (TITAN_CACHE) return TITAN_CACHE;
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "titan");
}
