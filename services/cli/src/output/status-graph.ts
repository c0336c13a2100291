import {
  HOST_STATES,
  hostCount,
  problemText,
  runningCount,
  type DeploymentStatus,
  type HostState,
  type Stage,
} from "../deployment-status.ts";
import { printable } from "./output.ts";

const TITLES: Readonly<Record<string, string>> = {
  source: "source change",
  build: "build",
  container: "container updated",
  eventSent: "event sent",
  git: "committed to Git",
  deployed: "deployed",
};

/** One sign per state, so that they differ without colour. */
const SIGNS: Readonly<Record<string, string>> = {
  deployed: "●",
  behind: "◐",
  failed: "✗",
  offline: "?",
  drifted: "~",
};

const WORST_FIRST: readonly string[] = ["failed", "offline", "behind", "drifted", "deployed"];

/** Says how a line of a host may be coloured, by its state. */
export type Paint = (state: string, text: string) => string;

/** The way of a change from the commit to each host, as plain text. */
export function statusGraph(name: string, status: DeploymentStatus, paint: Paint): string {
  const { stages, hosts, problems, selected, eligible, counts } = status;
  const total = hostCount(status);
  const stageLines = stages.map((stage, index) => {
    const isLast = index === stages.length - 1;
    return `${isLast ? "└─" : "├─"} ${stageLine(stage)}`;
  });
  const summary = HOST_STATES.map((state) => `${counts[state]} ${state}`).join(", ");
  const width = Math.max(0, ...hosts.map(({ host }) => host.length));
  const ordered = hosts.toSorted(
    (left, right) => WORST_FIRST.indexOf(left.state) - WORST_FIRST.indexOf(right.state),
  );
  const hostLines = ordered.map((host, index) => {
    const branch = index === ordered.length - 1 ? "└─" : "├─";
    return `   ${branch} ${paint(host.state, hostLine(host, width))}`;
  });
  return [
    `deployment ${name}: ${runningCount(status)}/${total} hosts run it (${selected} selected, ${eligible} eligible)`,
    ...stageLines,
    ...hostLines,
    `hosts: ${summary}`,
    ...problems.map((problem) => `problem: ${printable(problemText(problem))}`),
  ]
    .map((line) => line.trimEnd())
    .join("\n");
}

function stageLine({ stage, at, revision, commit, image, hosts }: Stage): string {
  const reached = at !== "";
  const details = [
    revision === "" ? "" : `revision ${revision}`,
    commit === "" ? "" : `commit ${commit.slice(0, 12)}`,
    image,
    hosts === "" ? "" : `${hosts} hosts`,
  ].filter((each) => each !== "");
  const title = (TITLES[stage] ?? stage).padEnd(17);
  const line = `${reached ? "●" : "○"} ${title}  ${reached ? at : "not yet".padEnd(24)}  ${details.join("  ")}`;
  return printable(line);
}

function hostLine({ host, state, revision, at, detail }: HostState, width: number): string {
  const name = host.padEnd(width);
  const since = at === "" ? "" : `since ${at}`;
  const parts = [state.padEnd(8), revision === "" ? "" : `revision ${revision}`, since, detail];
  return printable(
    `${SIGNS[state] ?? "?"} ${name}  ${parts.filter((part) => part !== "").join("  ")}`,
  );
}
