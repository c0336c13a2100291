import { SERVICES } from "../../kafka/service-process.ts";
import { pick } from "../../flows/seeded-random.ts";

/** What can be harmed; nothing is harmed in two ways at once. */
export type Victim =
  | { readonly is: "service"; readonly name: string }
  | { readonly is: "agent"; readonly at: number }
  | { readonly is: "broker" }
  /** Between all services and the broker. */
  | { readonly is: "network" }
  /** Between the clients and a replica of the API. */
  | { readonly is: "server"; readonly at: number };

export type Harm =
  /** Ends it the hard way; it comes back. */
  | "kill"
  | "stop"
  | "pause"
  | "cut"
  | "delay"
  | "half-close to client"
  | "half-close to server"
  | "lose answers"
  | "freeze";

/** One harm, undone after a while. */
export interface Fault {
  readonly victim: Victim;
  readonly harm: Harm;
  /** After the load began. */
  readonly atMs: number;
  readonly forMs: number;
}

const FIRST_MS = 1_000;
/** One fault for each of these on average; several are at work at once. */
const EVERY_MS = 2_000;
const LONG_MS = 8_000;
const SHORT_MS = 2_500;
/** Each of these is as probable as the others. */
const VICTIMS = [
  "service",
  "service",
  "service",
  "network",
  "network",
  "server",
  "server",
  "agent",
] as const;
const CONNECTION_HARMS = [
  "cut",
  "delay",
  "half-close to client",
  "half-close to server",
  "lose answers",
  "freeze",
] as const;

/** What a seed makes of a round: each has the broker harmed once, everything else by chance. */
export function planFaults(
  random: () => number,
  {
    roundMs,
    copies,
    agents,
  }: { readonly roundMs: number; readonly copies: number; readonly agents: number },
): readonly Fault[] {
  const count = Math.max(1, Math.round(roundMs / EVERY_MS));
  const lastMs = Math.max(FIRST_MS, roundMs - SHORT_MS);
  const when = (): number => Math.floor(FIRST_MS + random() * (lastMs - FIRST_MS));
  const upTo = (ms: number): number => Math.floor(random() * ms);
  const faults: Fault[] = [
    {
      victim: { is: "broker" },
      harm: pick(random, ["kill", "stop", "pause"]),
      atMs: when(),
      forMs: upTo(SHORT_MS),
    },
  ];
  while (faults.length < count) {
    const is = pick(random, VICTIMS);
    const atMs = when();
    if (is === "service") {
      const name = `${pick(random, SERVICES)}-${1 + upTo(copies)}`;
      const harm = pick(random, ["kill", "pause"] as const);
      faults.push({ victim: { is, name }, harm, atMs, forMs: upTo(LONG_MS) });
    } else if (is === "agent") {
      faults.push({ victim: { is, at: upTo(agents) }, harm: "kill", atMs, forMs: 0 });
    } else {
      const victim = is === "server" ? ({ is, at: upTo(copies) } as const) : ({ is } as const);
      faults.push({ victim, harm: pick(random, CONNECTION_HARMS), atMs, forMs: upTo(SHORT_MS) });
    }
  }
  return faults.toSorted((one, other) => one.atMs - other.atMs);
}

export function nameOf(victim: Victim): string {
  switch (victim.is) {
    case "service":
      return victim.name;
    case "agent":
    case "server":
      return `${victim.is} ${victim.at}`;
    case "broker":
    case "network":
      return victim.is;
  }
}
