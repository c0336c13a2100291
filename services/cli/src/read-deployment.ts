import type { CommandContext } from "./command-context.ts";
import { usageError } from "./command-error.ts";
import type { Kind } from "./kinds.ts";
import { readNamed } from "./object-reference.ts";
import { readObject } from "./read-object.ts";
import type { TitanObject } from "./titan-object.ts";

interface Named {
  readonly kind: string;
  readonly name?: string;
}

/** Reads `deployment NAME` or `deployment/NAME`; other kinds have no such status. */
export async function namedDeployment(
  options: Named,
): Promise<{ readonly kind: Kind; readonly name: string }> {
  const reference = await readNamed(options.kind, options.name);
  if (reference.kind.kind === "Deployment") return reference;
  throw usageError(`this is for deployments, not for a ${reference.kind.singular}`);
}

export async function readDeployment(
  context: CommandContext,
  options: Named,
): Promise<TitanObject> {
  return await readObject(context, await namedDeployment(options));
}
