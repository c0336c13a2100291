import { eventually } from "../flows/eventually.ts";
import type { Installation } from "./installation.ts";
import type { Load } from "./load.ts";
import type { PartStatus, ServiceName, ServiceProcess } from "./service-process.ts";

/** The copy of a service that has most of its work, and which parts that are. */
export interface Owner {
  readonly process: ServiceProcess;
  readonly parts: readonly string[];
}

type Parts = ReadonlyMap<string, PartStatus>;

/** A copy shows what it lost as it was last, so the newest revision tells who has a part. */
export async function ownerOf(installation: Installation, service: ServiceName): Promise<Owner> {
  const copies = installation.copiesOf(service);
  return eventually(`an owner of ${service}`, async () => {
    const states = await Promise.all(copies.map((copy) => copy.parts()));
    const owners = new Map<string, { readonly copy: number; readonly revision: number }>();
    for (const [copy, parts] of states.entries()) {
      for (const [part, { kind, revision }] of parts ?? []) {
        // A part without a revision is no view: nothing shows what it did last.
        if (kind !== "running" || revision === undefined) continue;
        if ((owners.get(part)?.revision ?? -1) >= revision) continue;
        owners.set(part, { copy, revision });
      }
    }
    const shares = copies.map((process, at) => ({
      process,
      parts: [...owners].filter(([, { copy }]) => copy === at).map(([part]) => part),
    }));
    const [most] = shares.toSorted((one, other) => other.parts.length - one.parts.length);
    return most !== undefined && most.parts.length > 0 ? most : undefined;
  });
}

/**
 * Harms the owner of a service and waits until others, or its next life, have brought all that
 * it did beyond what was there before. Answers the milliseconds.
 */
export async function takeover(
  installation: Installation,
  load: Load,
  owner: Owner,
  harm: () => Promise<void> | void,
): Promise<number> {
  const { process, parts } = owner;
  const copies = installation.copiesOf(process.service);
  const before = await installation.revision();
  const start = performance.now();
  await harm();
  if (process.service === "api") {
    // A request that was under way may still be answered; those after it need the other replica.
    await load.goesOn(10);
    return performance.now() - start;
  }
  await load.until(`somebody to take over from ${process.name}`, async () => {
    const states = await Promise.all(copies.map((copy) => copy.parts()));
    return parts.every((part) => states.some((state) => isBeyond(state, part, before)));
  });
  return performance.now() - start;
}

function isBeyond(state: Parts | undefined, part: string, revision: number): boolean {
  const status = state?.get(part);
  return status?.kind === "running" && (status.revision ?? 0) > revision;
}
