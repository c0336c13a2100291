import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { CommandError } from "./command-error.ts";
import type { Environment } from "./settings.ts";

/** The newest write that was acknowledged, and by which installation. */
export interface AcknowledgedWrite {
  readonly installation: string;
  readonly revision: number;
}

export interface ContextFileContent {
  readonly server?: string;
  readonly token?: string;
  readonly workspace?: string;
  readonly output?: string;
  /** Per server. */
  readonly acknowledged?: Readonly<Record<string, AcknowledgedWrite>>;
}

/** Servers beyond this many are forgotten, the oldest first. */
const SERVERS_MAX = 20;

/** `$XDG_CONFIG_HOME/titan/context.json`: only its owner can read it, and it is replaced whole. */
export class ContextFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static in(environment: Environment): ContextFile {
    const base =
      environment["XDG_CONFIG_HOME"] || join(environment["HOME"] || homedir(), ".config");
    return new ContextFile(join(base, "titan", "context.json"));
  }

  /** Nothing when there is no file. */
  read(): ContextFileContent {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
      throw new CommandError(`${this.path} can not be read: ${messageOf(error)}`);
    }
    try {
      const value: unknown = JSON.parse(text);
      if (isContent(value)) return value;
    } catch {
      // Said below.
    }
    throw new CommandError(`${this.path} is not a context file`, "delete it and run: titan login");
  }

  /** Changes the fields that are given; undefined takes one away. */
  update(fields: {
    readonly [Field in keyof ContextFileContent]: ContextFileContent[Field] | undefined;
  }): void {
    const content = Object.fromEntries(
      Object.entries({ ...this.read(), ...fields }).filter(([, value]) => value !== undefined),
    );
    const fresh = `${this.path}.${randomBytes(4).toString("hex")}.new`;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
      renameSync(fresh, this.path);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw new CommandError(`${this.path} can not be written: ${messageOf(error)}`);
    }
  }

  acknowledged(server: string): AcknowledgedWrite | undefined {
    return this.read().acknowledged?.[server];
  }

  /** Remembers the newest write; an older one of the same installation changes nothing. */
  acknowledge(server: string, write: AcknowledgedWrite): void {
    const known = this.read().acknowledged ?? {};
    const before = known[server];
    if (before?.installation === write.installation && before.revision >= write.revision) return;
    const others = Object.entries(known).filter(([each]) => each !== server);
    const kept = others.slice(Math.max(0, others.length - SERVERS_MAX + 1));
    this.update({ acknowledged: Object.fromEntries([...kept, [server, write]]) });
  }

  forget(server: string): void {
    const known = Object.entries(this.read().acknowledged ?? {});
    this.update({ acknowledged: Object.fromEntries(known.filter(([each]) => each !== server)) });
  }
}

/** Whoever edits the file by hand may put anything there; fields that nobody knows stay. */
function isContent(value: unknown): value is ContextFileContent {
  if (!isFields(value)) return false;
  const { acknowledged = {} } = value;
  if (!isFields(acknowledged) || !Object.values(acknowledged).every(isWrite)) return false;
  return TEXTS.every((field) => value[field] === undefined || typeof value[field] === "string");
}

const TEXTS = ["server", "token", "workspace", "output"] as const;

function isWrite(value: unknown): value is AcknowledgedWrite {
  if (!isFields(value)) return false;
  return typeof value["installation"] === "string" && Number.isSafeInteger(value["revision"]);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
