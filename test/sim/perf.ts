import { rmSync, mkdirSync } from "node:fs";
import { openEmbeddedLog } from "@titan/event-log";
import { openInstallation, systemClock, viewTask } from "@titan/processor-runtime";
import { ChangeFeed, installationCommit } from "@titan/change-feed";
import { encode } from "@titan/schema-codec";
import { randomUUID } from "node:crypto";
import { SLICE_VIEWS, TOPIC_VIEWS } from "./all-views.ts";
const dir = "/tmp/perf"; if (process.argv[3] !== "keep") rmSync(dir, { recursive: true, force: true }); mkdirSync(dir, { recursive: true });
const N = Number(process.argv[2] ?? 20000);
const log = openEmbeddedLog({ path: dir + "/log.sqlite" });
const views = [...TOPIC_VIEWS, ...SLICE_VIEWS];
const t00 = performance.now();
const inst = await openInstallation(log, systemClock, installationCommit({ installationId: "x", commitId: randomUUID(), hostPartitions: 1, deploymentPartitions: 1, views: views.map(({ name, version }) => ({ name, version })), now: Date.now() }));
let feedRev = 0;
const feed = new ChangeFeed({ log, clock: systemClock, counts: inst, newId: randomUUID, onStatus: (s) => { if (s.kind === "running") feedRev = s.published; } });
feed.run().catch((e) => { console.error(e); process.exit(1); });
const tasks = views.map((v) => { const t = viewTask(v, 0, { log, clock: systemClock, counts: inst }); t.run().catch((e) => { console.error(e); process.exit(1); }); return t; });
const t0 = performance.now();
if (process.argv[3] !== "keep") {
  const op = (kind: string, name: string, labels: object, spec: object) => ({ action: "APPLY" as const, kind, document: JSON.stringify({ kind, metadata: { name, labels }, spec }), expected: null });
  const all = [op("Workload", "w", {}, {}), op("Template", "p", {}, { files: { "a.conf": { text: "{{deployment.name}} {{host.name}}" } } })];
  for (let i = 0; i < 20; i++) all.push(op("Target", "t" + i, {}, { selector: "site=s" + i }));
  for (let i = 0; i < 20; i++) all.push(op("Deployment", "d" + i, {}, { workload: "w", template: "p", target: "t" + i }));
  for (let i = 0; i < N; i++) all.push(op("Host", "h" + i, { name: "h" + i, site: "s" + (i % 100), platform: "kubernetes" }, {}));
  for (let i = 0; i < all.length; i += 1000) {
    const value = encode("proposal", { id: randomUUID(), seen: 1, workspace: "default", actor: "perf", reason: "", proposedAt: 0, traceparent: "", operations: all.slice(i, i + 1000) });
    await log.append([{ topic: "titan.proposal", partition: 0, records: [{ key: "default", value }] }]);
  }
  console.log("proposed", (performance.now() - t0).toFixed(0));
}
const want = Math.ceil((N + 42) / 1000) + 1;
for (;;) { await new Promise((r) => setTimeout(r, 50)); const revs = tasks.map((t) => t.revision); if (revs.every((r) => r >= want)) break; }
console.log("all at", want, ((performance.now() - t0) / 1000).toFixed(2), "s", (process.memoryUsage().rss / 1e6).toFixed(0), "MB rss");
globalThis.gc?.(); console.log("heap", (process.memoryUsage().heapUsed / 1e6).toFixed(0));
process.exit(0);
