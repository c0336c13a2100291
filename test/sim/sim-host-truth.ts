import type { HostDeployment, RenderedDeployment } from "@titan/domain";
import type { Truth } from "./truth.ts";

/** Path within a deployment → text, with `|x` behind that of an executable. */
export type Files = ReadonlyMap<string, string>;

/** From the first to the last revision at which something was so, with gaps or without. */
interface Span {
  readonly first: number;
  last: number;
}

interface Known<Value> extends Span {
  readonly value: Value;
}

/** When a text was right in a file: by the own slice, and by the deployment's stream. */
export interface Sources {
  readonly own: Span;
  readonly rendered: Span;
  readonly incarnations: ReadonlySet<number>;
}

/**
 * What one host is to have by the reference model, and when which text was right. It shares no code
 * with the agent: values of the host are put into files here once more, as a person would.
 */
export class HostTruth {
  readonly #truth: Truth;
  readonly #name: string;
  #upTo = 0;
  readonly #placements = new Map<string, Map<string, Known<HostDeployment>>>();
  readonly #renderings = new Map<string, Map<string, Known<RenderedDeployment>>>();
  readonly #sources = new Map<string, Sources>();

  constructor(truth: Truth, name: string) {
    this.#truth = truth;
    this.#name = name;
  }

  /** What a logical stream holds at a revision. Throws for one that was never committed. */
  stream(stream: string, revision: number): ReadonlyMap<string, unknown> {
    return this.#truth.at(revision).get(`${stream} 0`) ?? new Map();
  }

  slice(revision: number): ReadonlyMap<string, HostDeployment> {
    const stream = `titan.host.default.${this.#name}`;
    return this.stream(stream, revision) as ReadonlyMap<string, HostDeployment>;
  }

  rendered(deployment: string, revision: number): RenderedDeployment | undefined {
    const stream = `titan.deployment.${deployment.replace("/", ".")}`;
    return this.stream(stream, revision).get(deployment) as RenderedDeployment | undefined;
  }

  files(placement: HostDeployment, rendered: RenderedDeployment): Files {
    const files = new Map<string, string>();
    for (const { path, executable, pieces, bytes } of rendered.files) {
      const text =
        bytes !== null
          ? Buffer.from(bytes).toString()
          : pieces
              .map((piece) =>
                piece.text !== null
                  ? piece.text
                  : piece.hostName
                    ? this.#name
                    : (placement.hostLabels[piece.label ?? ""] ?? ""),
              )
              .join("");
      files.set(path, executable ? `${text}|x` : text);
    }
    return files;
  }

  /** By all that was committed by now; undefined for a text that never was right in that file. */
  sources(deployment: string, path: string, text: string): Sources | undefined {
    this.#learn();
    const name = JSON.stringify([deployment, path, text]);
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    let own: Span | undefined;
    let rendered: Span | undefined;
    const incarnations = new Set<number>();
    for (const placement of this.#placements.get(deployment)?.values() ?? []) {
      for (const rendering of this.#renderings.get(deployment)?.values() ?? []) {
        if (placement.value.createdRevision !== rendering.value.createdRevision) continue;
        if (this.files(placement.value, rendering.value).get(path) !== text) continue;
        incarnations.add(rendering.value.createdRevision);
        own = joined(own, placement);
        rendered = joined(rendered, rendering);
      }
    }
    if (own === undefined || rendered === undefined) return undefined;
    const sources = { own, rendered, incarnations };
    this.#sources.set(name, sources);
    return sources;
  }

  #learn(): void {
    const last = this.#truth.commits().length;
    if (last > this.#upTo) this.#sources.clear();
    while (this.#upTo < last) {
      this.#upTo += 1;
      for (const [deployment, placement] of this.slice(this.#upTo)) {
        note(this.#placements, deployment, placement, this.#upTo);
      }
      for (const [stream, values] of this.#truth.at(this.#upTo)) {
        if (!stream.startsWith("titan.deployment.")) continue;
        for (const [deployment, value] of values) {
          note(this.#renderings, deployment, value as RenderedDeployment, this.#upTo);
        }
      }
    }
  }
}

function note<Value>(
  all: Map<string, Map<string, Known<Value>>>,
  deployment: string,
  value: Value,
  revision: number,
): void {
  const known = all.get(deployment) ?? new Map<string, Known<Value>>();
  all.set(deployment, known);
  const text = JSON.stringify(value);
  const before = known.get(text);
  if (before === undefined) known.set(text, { value, first: revision, last: revision });
  else before.last = revision;
}

function joined(span: Span | undefined, { first, last }: Span): Span {
  if (span === undefined) return { first, last };
  return { first: Math.min(span.first, first), last: Math.max(span.last, last) };
}
