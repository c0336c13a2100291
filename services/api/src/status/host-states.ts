import { splitKey } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";
import type { Placement } from "../read-model/placement-store.ts";
import type { ReadModel } from "../read-model/read-model.ts";
import { turn } from "../read-model/turn.ts";
import { hostStateOf, type GitReport, type HostState } from "./host-state.ts";
import { renderedOf, type RenderedNow } from "./rendered-now.ts";

/** So many hosts are looked at before others have their turn. */
const PLACEMENTS_PER_TURN = 2_000;

/** How a deployment is on each of its hosts. */
export async function statesOfDeployment(
  { model, options }: ApiContext,
  key: string,
  rendered: RenderedNow | undefined,
): Promise<readonly HostState[]> {
  const now = options.clock.now();
  const states: HostState[] = [];
  let after = "";
  for (;;) {
    const placements = model.placements.ofDeployment(key, after, PLACEMENTS_PER_TURN);
    for (const placement of placements) states.push(stateOf(model, placement, rendered, now));
    const last = placements.at(-1);
    if (last === undefined || placements.length < PLACEMENTS_PER_TURN) return states;
    after = last.key;
    await turn();
  }
}

/** How each deployment is on a host. */
export function statesOfHost(
  { model, options }: ApiContext,
  key: string,
): readonly { readonly deployment: string; readonly state: HostState }[] {
  const now = options.clock.now();
  return model.placements.ofHost(key).map((placement) => {
    const rendered = renderedOf(model, placement.deployment);
    const { deployment } = placement;
    return { deployment, state: stateOf(model, placement, rendered, now) };
  });
}

function stateOf(
  model: ReadModel,
  placement: Placement,
  rendered: RenderedNow | undefined,
  now: number,
): HostState {
  const wanted = {
    digest: rendered?.value.digest ?? "",
    revision: rendered?.revision ?? Number.MAX_SAFE_INTEGER,
  };
  const git = placement.seen === undefined ? gitReport(model, placement.host) : undefined;
  return hostStateOf(placement, wanted, git, now);
}

function gitReport({ observations }: ReadModel, host: string): GitReport | undefined {
  const { workspace, name } = splitKey(host);
  const said = observations.reports.last(workspace, name, "deployed");
  const commit = said === undefined ? undefined : observations.reports.commit(said.commit);
  if (said === undefined || commit === undefined) return undefined;
  return { revision: commit.revision, at: said.reportedAt };
}
