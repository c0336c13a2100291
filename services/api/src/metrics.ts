import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ApiContext } from "./api-context.ts";

/** What Prometheus is told. Numbers that exist already are read when they are asked for. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  request(method: string, route: string, status: number, seconds: number): void;
}

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

export function createMetrics({
  model,
  connections,
  replays,
}: Pick<ApiContext, "model" | "connections" | "replays">): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "titan_api_requests_total",
    help: "requests by route and status",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "titan_api_request_seconds",
    help: "how long requests took",
    labelNames: ["route"],
    buckets: SECONDS,
    registers,
  });
  const verdicts = new Counter({
    name: "titan_api_verdicts_total",
    help: "verdicts folded by this replica",
    labelNames: ["accepted"],
    registers,
  });
  model.nouns.listen(({ accepted }) => verdicts.inc({ accepted: String(accepted) }));
  gauge("titan_api_noun_revision", "revision that the nouns are at", () => model.nouns.revision);
  gauge(
    "titan_api_derived_cut",
    "cut that the derived records are at",
    () => model.derived.cut ?? 0,
  );
  gauge(
    "titan_api_derived_lag_revisions",
    "revisions that the derived records are behind the nouns",
    () => model.nouns.revision - (model.derived.cut ?? 0),
  );
  gauge("titan_api_streams_open", "server-sent streams that are open", () => connections.size);
  gauge("titan_api_replays_open", "replays that are being written", () => replays.size);
  gauge("titan_api_ready", "1 when all folds have caught up once", () => (model.ready ? 1 : 0));

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    request(method, route, status, took) {
      requests.inc({ method, route, status: String(status) });
      seconds.observe({ route }, took);
    },
  };
}
