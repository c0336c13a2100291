import { DEFAULT_WORKSPACE } from "../name.ts";
import type { Event, View, Workspace } from "../records.generated.ts";

/** The installation is the first change. */
export const INSTALLATION_REVISION = 1;

export interface InstalledView {
  readonly name: string;
  readonly version: number;
}

/** The events of revision 1: the workspace `default`, and which version of each view is in force from the start. */
export function installationEvents(installation: {
  readonly views: readonly InstalledView[];
}): readonly Event[] {
  const workspace: Workspace = {
    name: DEFAULT_WORKSPACE,
    labels: {},
    createdRevision: INSTALLATION_REVISION,
    description: "",
  };
  const created = { op: "UPDATE", previous: null } as const;
  const views = installation.views.map(({ name, version }): Event => {
    const current: View = { name, createdRevision: INSTALLATION_REVISION, version };
    return { ...created, kind: "View", key: name, current };
  });
  return [{ ...created, kind: "Workspace", key: DEFAULT_WORKSPACE, current: workspace }, ...views];
}
