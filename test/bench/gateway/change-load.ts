import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../figure.ts";
import { WATCHED } from "./gateway-size.ts";
import type { MarksSeen } from "./marks-seen.ts";

const MS_PER_S = 1_000;
/** Changes that may wait for their acknowledgement: a server that is slower gets fewer. */
const PENDING_MAX = 64;
/** One change of a host that is looked at begins so often, whatever became of those before. */
const PROBE_EVERY_MS = 50;
/** The first ones warm up both sides. */
const WARM_UP = 20;

export interface Flow {
  /** The first host that is changed, and how many are. */
  readonly from: number;
  readonly count: number;
  readonly perSecond: number;
  /** Hosts in one change. */
  readonly batch: number;
}

/** Changes hosts at a steady rate until told to stop; answers how many a second were acknowledged. */
export async function flowUntil(
  { from, count, perSecond, batch }: Flow,
  submit: (hosts: readonly number[], n: string) => Promise<unknown>,
  isStopped: () => boolean,
): Promise<number> {
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  let done = 0;
  for (let at = 0; !isStopped(); at += batch) {
    const dueAt = startedAt + (at / perSecond) * MS_PER_S;
    await sleep(Math.max(0, dueAt - performance.now()));
    if (pending.size >= PENDING_MAX) await Promise.race(pending);
    const hosts = Array.from({ length: batch }, (_, more) => from + ((at + more) % count));
    const written = submit(hosts, `n${at + 1}`).then(() => {
      done += batch;
      pending.delete(written);
    });
    pending.add(written);
  }
  const flowed = done / ((performance.now() - startedAt) / MS_PER_S);
  await Promise.all(pending);
  return flowed;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** Of these until the change was acknowledged. */
  readonly acknowledgedP50: number;
  readonly acknowledgedP99: number;
}

/** From submitting a change of one host to its mark on that host's stream. */
export async function probeHosts(
  count: number,
  submit: (host: number, n: string) => Promise<number>,
  marks: MarksSeen,
  now: () => number,
): Promise<Latency> {
  const latencies: number[] = [];
  const acknowledged: number[] = [];
  const one = async (at: number): Promise<void> => {
    const host = at % WATCHED;
    const submittedAt = now();
    const revision = await submit(host, `p${at}`);
    const answeredAt = now();
    const arrivedAt = await marks.arrival(host, revision);
    if (at < WARM_UP) return;
    latencies.push(arrivedAt - submittedAt);
    acknowledged.push(answeredAt - submittedAt);
  };
  const probes: Promise<void>[] = [];
  for (let at = 0; at < count + WARM_UP; at += 1) {
    probes.push(one(at));
    await sleep(PROBE_EVERY_MS);
  }
  await Promise.all(probes);
  return {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    acknowledgedP50: percentile(acknowledged, 0.5),
    acknowledgedP99: percentile(acknowledged, 0.99),
  };
}
