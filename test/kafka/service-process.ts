import { fileURLToPath } from "node:url";
import { SupervisedProcess } from "./supervised-process.ts";

export const SERVICES = [
  "change-feed",
  "target-delta",
  "replica-assignment",
  "deployment-fanout",
  "template-render",
  "stream-forwarder",
  "gitops-writer",
  "api",
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What a service says of a part of its work, such as `target-delta/1`. */
export interface PartStatus {
  readonly kind: string;
  readonly revision?: number;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** One that is stopped by somebody else does not answer. */
const ANSWER_MAX_MS = 1_000;

/** One copy of a service, as it is deployed: `services/<name>/src/main.ts`. */
export class ServiceProcess extends SupervisedProcess {
  readonly service: ServiceName;

  constructor(
    service: ServiceName,
    copy: number,
    environment: Readonly<Record<string, string>>,
    folder: string,
  ) {
    const main = new URL(`../../services/${service}/src/main.ts`, import.meta.url);
    const args = [fileURLToPath(main)];
    super({ name: `${service}-${copy}`, args, environment, folder });
    this.service = service;
  }

  /** The JSON lines that the process that runs now has logged. */
  get lines(): readonly LogLine[] {
    return this.output.split("\n").flatMap((line) => {
      if (!line.startsWith("{") || !line.endsWith("}")) return [];
      return [JSON.parse(line) as LogLine];
    });
  }

  get #healthPort(): number | undefined {
    const started = this.lines.find(({ msg }) => msg === "started");
    return started?.["port"] as number | undefined;
  }

  /** What `/readyz` says of each part; undefined while nobody answers. */
  async parts(): Promise<ReadonlyMap<string, PartStatus> | undefined> {
    const port = this.#healthPort;
    if (port === undefined || this.isPaused) return undefined;
    try {
      const signal = AbortSignal.timeout(ANSWER_MAX_MS);
      const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal });
      const { parts } = (await response.json()) as { readonly parts: Record<string, PartStatus> };
      return new Map(Object.entries(parts));
    } catch {
      return undefined;
    }
  }
}
