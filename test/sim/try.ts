import { Cluster } from "./cluster.ts";
const [from = 0, to = 1, proposals = 15] = process.argv.slice(2).map(Number);
for (let seed = from; seed < to; seed += 1) {
  const t = performance.now();
  const faulty = process.argv[5] === "f";
  const r = await new Cluster({ seed, proposals, crash: faulty ? 0.1 : 0, rival: faulty ? 0.05 : 0, faults: faulty ? { lostAcknowledgement: 0.05, lostAppend: 0.05, duplicateLanding: 0.05, delayedLanding: 0.05, splitBatch: 0.05, landingAfterDeath: 0.5, reorderedPartitions: 0.2, staleDelivery: 0.1, offsetGap: 0.02, compaction: 0.05 } : {} }).play();
  console.log(seed, r.revision, r.believed, (performance.now() - t).toFixed(0), "ms", r.violations.map((v) => v.slice(0, 400)));
}
process.exit(0);
