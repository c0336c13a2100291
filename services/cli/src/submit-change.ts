import { ApiProblem } from "./api-problem.ts";
import type { CommandContext } from "./command-context.ts";
import { usageError } from "./command-error.ts";
import { LocatedProblem } from "./located-problem.ts";
import type { WriteAnswer } from "./titan-object.ts";

/** One operation of a change, as the contract has it. */
export interface ChangeOperation {
  readonly action: "apply" | "create" | "patch" | "delete";
  readonly object: object;
}

/** The flags of every write. */
export interface WriteFlags {
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly expect?: string;
}

/** Proposes the operations as one change and answers its verdict. `locate` says where a pointer leads in files. */
export async function submitChange(
  { api, settings }: CommandContext,
  operations: readonly ChangeOperation[],
  flags: WriteFlags,
  locate?: (pointer: string) => string,
): Promise<WriteAnswer> {
  const { workspace } = settings;
  if (workspace === "*") throw usageError("a write needs one workspace, not '*'");
  const expected = expectedRevision(flags, operations.length);
  const body = {
    operations: operations.map((operation) => ({
      ...operation,
      ...(expected === undefined ? {} : { expected }),
    })),
    workspace,
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
  };
  try {
    const query = { dryRun: flags.dryRun === true ? true : undefined };
    return await api.write("POST", "/v1/changes", body, { query });
  } catch (error) {
    if (error instanceof ApiProblem && locate !== undefined)
      throw new LocatedProblem(error, locate);
    throw error;
  }
}

function expectedRevision({ expect }: WriteFlags, operations: number): number | undefined {
  if (expect === undefined) return undefined;
  if (!/^\d{1,15}$/.test(expect)) throw usageError(`--expect is a revision, not "${expect}"`);
  if (operations === 1) return Number(expect);
  throw usageError(`--expect is for one object, and these are ${operations}`);
}
