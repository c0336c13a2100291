import {
  filesOf,
  GitCommand,
  gitEnvironment,
  HostTree,
  openRepository,
  type PlacedDeployment,
} from "@titan/gitops-writer";
import { Findings, compareMaps, type Check } from "./findings.ts";

/** The tree at the branch's tip against the one that the placed deployments give. */
export async function checkGit(
  location: string,
  stateFolder: string,
  placed: ReadonlyMap<string, PlacedDeployment>,
  ambient: Readonly<Record<string, string | undefined>>,
): Promise<Check> {
  const findings = new Findings("git");
  const git = new GitCommand({ environment: gitEnvironment(ambient) });
  const repository = await openRepository({
    git,
    location,
    branch: "main",
    stateFolder,
    nowMs: Date.now,
  });
  await repository.fetch();
  const tree = new HostTree();
  for (const [key, value] of placed) {
    const [hostWorkspace, host, workspace, deployment] = key.split("/");
    tree.set(`${hostWorkspace}/${host}`, `${workspace}/${deployment}`, filesOf(value).files);
  }
  const tip = await repository.tip();
  const found = tip === null ? new Map() : await repository.listTree(tip.commit, "hosts");
  compareMaps(findings, "tree", found, tree.entries, ({ mode, oid }) => `${mode} ${oid}`);
  return findings.check();
}
