import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../broker/run-command.ts";
import type { Figures, Unit } from "../figure.ts";
import { findingOf, missingCommand, runPeer, type PeerFindings } from "./peer-lines.ts";
import type { PeerSize } from "./peer-size.ts";
import { FLIPPED_HOSTS } from "./workload.ts";

const SOURCES = fileURLToPath(new URL("./go-selectors", import.meta.url));
const OURS = fileURLToPath(new URL("./pure-target-delta.ts", import.meta.url));
/** The pure part is to come so near to plain Go. */
const TIMES_GO_MAX = 2;
const HEAP_MIB_MAX = 12_288;
const HEAP_BAR_MIB = 400;
const ROUNDS = 2;
/** So many times as many hosts may make an edit so many times as dear. */
const FEW_TIMES = 100;
const GROWTH_MAX = 1.5;

interface Compared {
  readonly finding: string;
  readonly name: string;
  readonly unit: Unit;
  readonly hasBar?: boolean;
}

const COMPARED: readonly Compared[] = [
  { finding: "load", name: "pure target-delta: hosts loaded", unit: "per s" },
  { finding: "host-edit", name: "pure target-delta: a host edit", unit: "µs", hasBar: true },
  {
    finding: "target-edit-flip",
    name: "pure target-delta: a target edit that flips hosts",
    unit: "ms",
    hasBar: true,
  },
  { finding: "target-edit-narrow", name: "pure target-delta: a narrow target edit", unit: "µs" },
];

/** The pure part of target-delta beside selectors in plain Go with roaring bitmaps, in one run. */
export async function measureGoPeer(
  figures: Figures,
  { pure: { hosts, targets } }: PeerSize,
  nodeFlags: readonly string[],
): Promise<void> {
  const sizes = { hosts, targets, flipped: Math.min(hosts, FLIPPED_HOSTS) };
  const missing = await missingCommand([["go", "version"]]);
  if (missing !== undefined) console.log(`${missing} is not installed: plain Go is left out`);
  const flags = ["--expose-gc", `--max-old-space-size=${HEAP_MIB_MAX}`, ...nodeFlags];
  const numbers = [`${hosts}`, `${targets}`];
  const folder = mkdtempSync(join(tmpdir(), "titan-peer-"));
  let go: PeerFindings | undefined;
  let ours: PeerFindings = new Map();
  let ofFew: PeerFindings = new Map();
  const few = hosts / FEW_TIMES;
  try {
    const program = join(folder, "go-selectors");
    if (missing === undefined) await runCommand("go", ["build", "-o", program, "."], SOURCES);
    // In turns, so that what else the machine does harms one as much as the other.
    for (let round = 0; round < ROUNDS; round += 1) {
      if (missing === undefined) go = best(go, await runPeer(program, numbers));
      ours = best(ours, await runPeer(process.execPath, [...flags, OURS, ...numbers]));
      const fewNumbers = [`${few}`, `${targets}`];
      ofFew = best(ofFew, await runPeer(process.execPath, [...flags, OURS, ...fewNumbers]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const { finding, name, unit, hasBar } of COMPARED) {
    const besides = go === undefined ? undefined : findingOf(go, finding);
    figures.add({
      name,
      value: findingOf(ours, finding),
      unit,
      sizes,
      ...(besides === undefined ? {} : { beside: { name: "plain Go", value: besides, unit } }),
      ...(besides === undefined || hasBar !== true ? {} : { bar: besides * TIMES_GO_MAX }),
    });
  }
  figures.add({
    name: "pure target-delta: a host edit, times what it costs in a small fleet",
    value: findingOf(ours, "host-edit") / findingOf(ofFew, "host-edit"),
    unit: "times",
    bar: GROWTH_MAX,
    sizes: { ...sizes, "hosts in the small one": few },
  });
  figures.add({
    name: "pure target-delta: live heap",
    value: findingOf(ours, "live-heap"),
    unit: "MiB",
    bar: HEAP_BAR_MIB,
    sizes,
    ...(go === undefined
      ? {}
      : { beside: { name: "plain Go", value: findingOf(go, "live-heap"), unit: "MiB" } }),
  });
  if (go === undefined) return;
  const found = [ours, go].map((findings) => findingOf(findings, "memberships"));
  if (found[0] !== found[1]) throw new Error(`not the same fleet: ${found.join(" and ")}`);
}

/** The quicker of two runs, case by case; what is no time is the same in both. */
function best(one: PeerFindings | undefined, other: PeerFindings): PeerFindings {
  const found = new Map(other);
  for (const [name, value] of one ?? []) {
    const beside = found.get(name) ?? value;
    found.set(name, name === "load" ? Math.max(value, beside) : Math.min(value, beside));
  }
  return found;
}
