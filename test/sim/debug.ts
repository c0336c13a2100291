import { Cluster } from "./cluster.ts";
import { readStatement } from "@titan/processor-runtime";
const seed = Number(process.argv[2]); const topic = process.argv[3] ?? ""; const part = Number(process.argv[4] ?? 0);
const c = new Cluster({ seed, proposals: Number(process.argv[5] ?? 25), crash: 0.1, rival: 0.05, faults: { lostAcknowledgement: 0.05, lostAppend: 0.05, duplicateLanding: 0.05, delayedLanding: 0.05, splitBatch: 0.05, landingAfterDeath: 0.5, reorderedPartitions: 0.2, staleDelivery: 0.1, offsetGap: 0.02, compaction: 0.05 } });
const r = await c.play();
console.log(r.violations.map((v) => v.slice(0, 300)));
for (const rec of c.log.peek(topic, part)) { const x = readStatement(rec); console.log(rec.offset, rec.timestampMs, x.kind, x.kind === "statement" ? [x.statement.key, x.statement.revision, x.statement.hash.toString(16), JSON.stringify(x.statement.current)?.slice(0, 90)] : x.kind === "mark" ? [x.mark.revision, x.mark.sum.toString(16), x.mark.count] : ""); }
process.exit(0);
