import { addWrapping } from "@titan/processor-runtime";
import { derivedHash } from "@titan/schema-codec";
import type { HostDeployment, RenderedDeployment } from "@titan/domain";
import { deploymentStream } from "../stream-knowledge.ts";
import type { ReportAnswer, StreamHandler, Transport, Watch } from "../transport.ts";

/** A transport that says what the test tells it to say. */
export class ScriptedTransport implements Transport {
  readonly handlers = new Map<string, StreamHandler>();
  readonly reports: unknown[] = [];

  watch(stream: string, handler: StreamHandler): Watch {
    this.handlers.set(stream, handler);
    return {
      close: () => {
        this.handlers.delete(stream);
        return Promise.resolve();
      },
    };
  }

  report(report: unknown): Promise<ReportAnswer> {
    this.reports.push(report);
    return Promise.resolve({ kind: "taken" });
  }

  /** One copy of a stream, read from its beginning: records, then a mark with the right sum. */
  reading(stream: string, installation = "one"): Reading {
    const handler = this.handlers.get(stream);
    if (handler === undefined) throw new Error(`nobody watches ${stream}`);
    handler.begin(installation);
    return new Reading(handler, stream);
  }
}

class Reading {
  readonly #handler: StreamHandler;
  readonly #record: "host-deployment" | "rendered-deployment";
  readonly #hashes = new Map<string, bigint>();

  constructor(handler: StreamHandler, stream: string) {
    this.#handler = handler;
    this.#record = stream.startsWith("titan.host.") ? "host-deployment" : "rendered-deployment";
  }

  says(key: string, revision: number, current: HostDeployment | RenderedDeployment | null): this {
    const hash = derivedHash(this.#record, key, current as never);
    this.#hashes.set(key, hash);
    this.#handler.record({ key, revision, current, hash });
    return this;
  }

  mark(revision: number): this {
    let sum = 0n;
    for (const hash of this.#hashes.values()) sum = addWrapping(sum, hash);
    this.#handler.mark({ revision, sum });
    return this;
  }
}

export function assigned(deployment: string, createdRevision = 1): HostDeployment {
  return {
    host: "default/tim-pi",
    hostCreatedRevision: 1,
    deployment,
    createdRevision,
    stream: deploymentStream(deployment),
    hostLabels: {},
  };
}

export function rendered(
  deployment: string,
  text: string,
  createdRevision = 1,
): RenderedDeployment {
  return {
    deployment,
    createdRevision,
    digest: text,
    hostLabels: [],
    files: [
      {
        path: "app.conf",
        executable: false,
        pieces: [{ text, label: null, hostName: false }],
        bytes: null,
      },
    ],
    problem: null,
  };
}
