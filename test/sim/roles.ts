import { taskCount, type PartitionCounts } from "@titan/processor-runtime";
import { SECOND_VERSIONS, SLICE_VIEWS, TOPIC_VIEWS, type AnyView } from "./all-views.ts";
import type { ClusterOptions } from "./cluster-options.ts";

export const FEED = "feed";
export const GIT_WRITER = "gitops-writer 0";

/** What needs an owner: the feed, the Git writer, and each task of each view as `name partition`, or `… v2`. */
export function rolesOf(
  { activate = 0, git = true }: ClusterOptions,
  counts: PartitionCounts,
): readonly string[] {
  const tasks = (view: AnyView, suffix: string): string[] =>
    Array.from({ length: taskCount(view, counts) }, (_, at) => `${view.name} ${at}${suffix}`);
  return [
    FEED,
    ...[...TOPIC_VIEWS, ...SLICE_VIEWS].flatMap((view) => tasks(view, "")),
    ...(activate > 0 ? SECOND_VERSIONS.flatMap((view) => tasks(view, " v2")) : []),
    ...(git ? [GIT_WRITER] : []),
  ];
}

/** The view of a role, with the mistake that the options plant in it. */
export function viewOf({ brokenView }: ClusterOptions, name: string, second: boolean): AnyView {
  const views = second ? SECOND_VERSIONS : [...TOPIC_VIEWS, ...SLICE_VIEWS];
  if (!second && brokenView?.name === name) return brokenView;
  const view = views.find((other) => other.name === name);
  if (view === undefined) throw new Error(`no view ${name}`);
  return view;
}
