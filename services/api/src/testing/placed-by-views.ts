import { deploymentFanout } from "@titan/deployment-fanout";
import type { HostDeployment, NounKind, RenderedDeployment, World } from "@titan/domain";
import type { InputRecord, View } from "@titan/processor-runtime";
import { recompute } from "@titan/processor-runtime/testing";
import { replicaAssignment } from "@titan/replica-assignment";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";

const NOUN_STREAMS = {
  Host: "titan.host",
  Target: "titan.target",
  Template: "titan.template",
  Workload: "titan.workload",
  Deployment: "titan.deployment",
} as const satisfies Partial<Record<NounKind, string>>;

const VIEWS = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
] as readonly unknown[] as readonly View<unknown, unknown>[];

/**
 * What the views give for a world, from nothing: per `host deployment` everything on which the
 * files on that host depend. Two worlds in which it is the same are the same for the host.
 */
export function placedByViews(world: World): ReadonlyMap<string, string> {
  const records: InputRecord[] = [];
  for (const kind of Object.keys(NOUN_STREAMS) as (keyof typeof NOUN_STREAMS)[]) {
    for (const key of world.keysOf(kind)) {
      const current = world.get<NounKind>(kind, key)?.value ?? null;
      records.push({ stream: NOUN_STREAMS[kind], key, current });
    }
  }
  for (const view of VIEWS) {
    const own = records.filter(({ stream }) => view.consumes.includes(stream));
    if (view.emits.kind !== "topic") continue;
    const { stream } = view.emits;
    for (const [key, current] of recompute(view, own)) records.push({ stream, key, current });
  }
  const rendered = new Map(
    records
      .filter(({ stream }) => stream === "titan.rendered-deployment")
      .map(({ key, current }) => [key, current as RenderedDeployment]),
  );
  const placed = new Map<string, string>();
  for (const { stream, current } of records) {
    if (stream !== "titan.host-deployment") continue;
    const own = current as HostDeployment;
    const files = rendered.get(own.deployment);
    const content = [own, files?.createdRevision, files?.digest];
    placed.set(`${own.host} ${own.deployment}`, JSON.stringify(content));
  }
  return placed;
}
