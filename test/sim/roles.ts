import { taskCount, type PartitionCounts } from "@titan/processor-runtime";
import { SECOND_VERSION, SLICE_VIEWS, TOPIC_VIEWS, type AnyView } from "./all-views.ts";
import type { ClusterOptions } from "./cluster-options.ts";

/** What needs an owner: the feed, and each task of each view as `name partition`, or `… v2`. */
export function rolesOf(
  { activate = 0 }: ClusterOptions,
  counts: PartitionCounts,
): readonly string[] {
  const tasks = (view: AnyView, suffix: string): string[] =>
    Array.from({ length: taskCount(view, counts) }, (_, at) => `${view.name} ${at}${suffix}`);
  return [
    "feed",
    ...[...TOPIC_VIEWS, ...SLICE_VIEWS].flatMap((view) => tasks(view, "")),
    ...(activate > 0 ? tasks(SECOND_VERSION, " v2") : []),
  ];
}

/** The view of a role, with the mistake that the options plant in it. */
export function viewOf({ brokenView }: ClusterOptions, name: string, second: boolean): AnyView {
  if (second) return SECOND_VERSION;
  if (brokenView?.name === name) return brokenView;
  const view = [...TOPIC_VIEWS, ...SLICE_VIEWS].find((other) => other.name === name);
  if (view === undefined) throw new Error(`no view ${name}`);
  return view;
}
