import type { DerivedChange, DerivedStep } from "../read-model/derived-fold.ts";
import type { ReadModel } from "../read-model/read-model.ts";
import { Admission } from "./admission.ts";
import type { EventSink } from "./event-sink.ts";
import { placeInSlice, recordsOf, Slice, sliceTopicOf, type SliceName } from "./slice.ts";

/**
 * Hands hosts' and deployments' slices to those who watch them: everything that is in force at the
 * derived cut, a mark, then each step that changes the slice, with its mark. Nothing is sent
 * between two cuts, so whatever a reader sees at a mark is exact.
 */
export class Gateway {
  /** Who may begin to watch. */
  readonly admission: Admission;
  readonly #model: ReadModel;
  readonly #installation: string;
  readonly #slices = new Map<string, Slice>();
  readonly #stop: () => void;

  constructor(model: ReadModel, installation: string, admission: Admission = new Admission()) {
    this.admission = admission;
    this.#model = model;
    this.#installation = installation;
    this.#stop = model.derived.listen((step) => this.#push(step));
  }

  /** Begins to send; the fold must be at a cut. */
  watch(name: SliceName, sink: EventSink): void {
    const { store, cut } = this.#model.derived;
    if (cut === undefined || sink.closed) return;
    const topic = sliceTopicOf(name);
    const records = recordsOf(store, name);
    const slice = this.#slices.get(topic) ?? new Slice(name, this.#installation, records);
    this.#slices.set(topic, slice);
    slice.add(sink);
    sink.send(slice.completeText(records, cut));
  }

  leave(name: SliceName, sink: EventSink): void {
    const topic = sliceTopicOf(name);
    const slice = this.#slices.get(topic);
    slice?.remove(sink);
    if (slice?.sinks.size === 0) this.#slices.delete(topic);
  }

  close(): void {
    this.#stop();
  }

  #push(step: DerivedStep): void {
    if (this.#slices.size === 0) return;
    const bySlice = new Map<Slice, DerivedChange[]>();
    for (const change of step.changes) {
      const place = placeInSlice(change);
      const slice = place === undefined ? undefined : this.#slices.get(sliceTopicOf(place.name));
      if (slice === undefined) continue;
      const changes = bySlice.get(slice) ?? [];
      bySlice.set(slice, changes);
      changes.push(change);
    }
    for (const [slice, changes] of bySlice) {
      const text = slice.stepText(step, changes);
      for (const sink of slice.sinks) sink.send(text);
    }
    for (const change of step.changes) this.#endIfLeft(change);
  }

  /** A host reads the streams of the deployments on it, and no others. */
  #endIfLeft(change: DerivedChange): void {
    if (change.stream !== "titan.host-deployment" || change.version !== undefined) return;
    const place = placeInSlice(change);
    if (place === undefined) return;
    const topic = sliceTopicOf({ kind: "deployment", key: place.key });
    for (const sink of this.#slices.get(topic)?.ofHost(place.name.key) ?? []) {
      sink.end("not-allowed", `${place.key} is on this host no longer`);
    }
  }
}
