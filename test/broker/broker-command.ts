import { randomUUID } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface JavaSettings {
  readonly jars: string;
  readonly heapMb: number;
}

/** What POSIX counts `ulimit -f` in. */
const LIMIT_UNIT_BYTES = 512;

/** Prepares a new data folder. The cluster gets an id of its own, by which clients know it again. */
export function formatCommand(
  java: JavaSettings,
  propertiesFile: string,
  further: readonly string[],
): readonly string[] {
  return [
    ...javaCommand(java),
    "kafka.tools.StorageTool",
    "format",
    "--cluster-id",
    clusterId(),
    "--config",
    propertiesFile,
    ...further,
  ];
}

/**
 * Runs the broker, in one process whose id is that of the command. With `diskBytes` a write that
 * takes a file beyond that fails, and Kafka gives up its data folder as it does on a full disk.
 */
export function brokerCommand(
  java: JavaSettings,
  propertiesFile: string,
  diskBytes: number | undefined,
): readonly string[] {
  const command = [...untilParentEnds(), ...javaCommand(java), "kafka.Kafka", propertiesFile];
  if (diskBytes === undefined) return command;
  const blocks = String(Math.ceil(diskBytes / LIMIT_UNIT_BYTES));
  return ["sh", "-c", 'ulimit -f "$1" && shift && exec "$@"', "sh", blocks, ...command];
}

function javaCommand({ jars, heapMb }: JavaSettings): readonly string[] {
  return [
    "java",
    `-Xmx${heapMb}m`,
    // The collector with the fewest threads, and no files outside the broker's folder.
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
    "-cp",
    join(jars, "*"),
  ];
}

/** The kernel ends the broker with its parent, also when that is killed; where there is no such tool, an exit does. */
function untilParentEnds(): readonly string[] {
  const found = (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "setpriv"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ? ["setpriv", "--pdeathsig", "KILL", "--"] : [];
}

/** 16 bytes as Kafka writes them. The first bits are of a version 4 id, so it never begins with a dash. */
function clusterId(): string {
  const hex = `4${randomUUID().replaceAll("-", "").slice(1)}`;
  return Buffer.from(hex, "hex").toString("base64url");
}
