import { deploymentTopic, hostTopic, splitKey } from "@titan/domain";
import { addWrapping } from "@titan/processor-runtime";
import type { DerivedChange, DerivedStep } from "../read-model/derived-fold.ts";
import type { DerivedStore, DerivedVersion } from "../read-model/derived-store.ts";
import { hexOf } from "../read-model/derived-stream.ts";
import type { EventSink } from "./event-sink.ts";
import { eventText } from "./event-text.ts";
import { SinkIndex } from "./sink-index.ts";

/** Which logical stream: one host's slice, or one deployment's rendered state. */
export interface SliceName {
  readonly kind: "host" | "deployment";
  /** `workspace/name` */
  readonly key: string;
}

export function sliceTopicOf({ kind, key }: SliceName): string {
  const { workspace, name } = splitKey(key);
  return kind === "host" ? hostTopic(workspace, name) : deploymentTopic(workspace, name);
}

const SLICE_TOPIC = /^titan\.(host|deployment)\.([a-z0-9-]+)\.([a-z0-9-]+)$/;

/** The slice whose topic this is; undefined for every other stream. */
export function sliceNameOf(topic: string): SliceName | undefined {
  const [, kind, workspace, name] = SLICE_TOPIC.exec(topic) ?? [];
  if (kind === undefined) return undefined;
  return { kind: kind === "host" ? "host" : "deployment", key: `${workspace}/${name}` };
}

/** The sum of what is in force in a slice at the derived cut. */
export function sliceSum(store: DerivedStore, name: SliceName): bigint {
  return recordsOf(store, name).reduce(
    (sum, { version }) => addWrapping(sum, BigInt(`0x${version.hash}`)),
    0n,
  );
}

/** The slice that a derived record belongs to, and its key there. */
export function placeInSlice(
  change: Pick<DerivedChange, "stream" | "key">,
): { readonly name: SliceName; readonly key: string } | undefined {
  if (change.stream === "titan.rendered-deployment") {
    return { name: { kind: "deployment", key: change.key }, key: change.key };
  }
  if (change.stream !== "titan.host-deployment") return undefined;
  const [workspace, host, deploymentWorkspace, deployment] = change.key.split("/");
  return {
    name: { kind: "host", key: `${workspace}/${host}` },
    key: `${deploymentWorkspace}/${deployment}`,
  };
}

/** A record that is in force in a slice, by its key there. */
interface SliceRecord {
  readonly key: string;
  readonly version: DerivedVersion;
}

export function recordsOf(store: DerivedStore, { kind, key }: SliceName): readonly SliceRecord[] {
  if (kind === "host") {
    return store
      .currentBelow("titan.host-deployment", key)
      .map((version) => ({ key: version.deployment, version }));
  }
  const version = store.current("titan.rendered-deployment", key);
  return version === undefined ? [] : [{ key, version }];
}

/**
 * A slice that somebody watches. All who watch it get the same bytes, made once; its sum is kept
 * by adding and subtracting.
 */
export class Slice {
  readonly name: SliceName;
  readonly #sinks = new Set<EventSink>();
  readonly #byHost = new SinkIndex();
  readonly #installation: string;
  readonly #hashes = new Map<string, bigint>();
  #sum = 0n;

  constructor(name: SliceName, installation: string, records: readonly SliceRecord[]) {
    this.name = name;
    this.#installation = installation;
    for (const { key, version } of records) this.#put(key, version.hash);
  }

  /** Those who watch. */
  get sinks(): ReadonlySet<EventSink> {
    return this.#sinks;
  }

  add(sink: EventSink): void {
    const { caller } = sink;
    this.#sinks.add(sink);
    if (caller.kind === "host") this.#byHost.add(caller.host, sink);
  }

  remove(sink: EventSink): void {
    const { caller } = sink;
    this.#sinks.delete(sink);
    if (caller.kind === "host") this.#byHost.remove(caller.host, sink);
  }

  /** Those who watch with the token of a host. */
  ofHost(host: string): Iterable<EventSink> {
    return this.#byHost.of(host);
  }

  /** Everything that is in force at the cut, and a mark. */
  completeText(records: readonly SliceRecord[], cut: number): string {
    const stream = sliceTopicOf(this.name);
    const begin = JSON.stringify({ installation: this.#installation, stream });
    const texts = records.map(({ key, version }) =>
      recordText(key, version.label, version.value, version.hash),
    );
    return `${eventText("begin", begin)}${texts.join("")}${this.#markText(cut)}`;
  }

  /** What one step changed, and a mark. */
  stepText(step: DerivedStep, changes: readonly DerivedChange[]): string {
    let text = "";
    for (const change of changes) {
      const key = placeInSlice(change)?.key ?? change.key;
      const { version } = change;
      this.#put(key, version?.hash);
      text +=
        version === undefined
          ? recordText(key, step.cut, "null", hexOf(0n))
          : recordText(key, version.label, version.value, version.hash);
    }
    return text + this.#markText(step.cut);
  }

  #put(key: string, hash: string | undefined): void {
    const before = this.#hashes.get(key) ?? 0n;
    const after = hash === undefined ? 0n : BigInt(`0x${hash}`);
    this.#sum = addWrapping(this.#sum, after - before);
    if (hash === undefined) this.#hashes.delete(key);
    else this.#hashes.set(key, after);
  }

  #markText(revision: number): string {
    const mark = { revision, sum: hexOf(this.#sum), count: this.#hashes.size };
    return eventText("mark", JSON.stringify(mark), `${this.#installation}:${revision}`);
  }
}

/** The value is JSON already, and is sent as it lies in the file. */
function recordText(key: string, revision: number, value: string, hash: string): string {
  return eventText(
    "record",
    `{"key":${JSON.stringify(key)},"revision":${revision},"current":${value},"hash":"${hash}"}`,
  );
}
