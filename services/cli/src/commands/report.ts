import type { CommandContext } from "../command-context.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { readNamed } from "../object-reference.ts";
import { printWrite } from "../print-write.ts";
import { submitChange, type WriteFlags } from "../submit-change.ts";

interface WorkloadOptions extends WriteFlags {
  readonly workload: string;
  readonly commit: string;
  readonly image?: string;
}

/**
 * Says what happened to a workload's source. The image of a build is proposed as that of the
 * workload first: then --expect, --reason and --dry-run hold for it, and the revision at which it
 * was committed is remembered; the server finds nothing left to propose when the report comes.
 */
export function reportWorkload(kind: "source" | "build") {
  return async (options: WorkloadOptions, context: CommandContext): Promise<number> => {
    const { commit, image, dryRun } = options;
    const { api, output } = context;
    const { workspace, name } = await placeOf("workload", options.workload, context);
    if (kind === "build" && image !== undefined) {
      const object = { kind: "Workload", metadata: { workspace, name }, spec: { image } };
      const answer = await submitChange(context, [{ action: "patch", object }], options);
      await printWrite(context, answer);
    }
    if (dryRun === true) return EXIT_STATUS.done;
    const path = `/v1/workspaces/${workspace}/workloads/${name}/reports`;
    await api.write("POST", path, { kind, commit, ...(image === undefined ? {} : { image }) });
    output.message(`${kind} ${commit} of workload/${name} reported`);
    return EXIT_STATUS.done;
  };
}

interface DeployedOptions {
  readonly host: string;
  readonly commit: string;
}

/** Says that a host runs a Git commit. */
export async function reportDeployed(
  { host, commit }: DeployedOptions,
  context: CommandContext,
): Promise<number> {
  const { workspace, name } = await placeOf("host", host, context);
  const path = `/v1/workspaces/${workspace}/hosts/${name}/reports`;
  await context.api.write("POST", path, { kind: "deployed", commit });
  context.output.message(`host/${name} runs ${commit}: reported`);
  return EXIT_STATUS.done;
}

/** Reads `NAME` or `WORKSPACE/NAME`. */
async function placeOf(
  kind: string,
  reference: string,
  { settings }: CommandContext,
): Promise<{ readonly workspace: string; readonly name: string }> {
  const slash = reference.indexOf("/");
  const workspace = slash < 0 ? settings.workspace : reference.slice(0, slash);
  await readNamed("workspace", workspace);
  const { name } = await readNamed(kind, reference.slice(slash + 1));
  return { workspace, name };
}
