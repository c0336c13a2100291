import type { CommandContext } from "../command-context.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { textAt } from "../field-at.ts";
import { isStructured, printValue } from "../print-value.ts";

/** Who the token belongs to, as the server says. */
export interface WhoAmI {
  readonly actor: string;
  readonly role: string;
  readonly workspaces?: readonly string[];
  readonly host?: string;
}

export async function run(_options: object, context: CommandContext): Promise<number> {
  const { api, output, settings } = context;
  const me = await api.get<WhoAmI>("/v1/whoami", {}, { consistent: false });
  if (isStructured(context)) await printValue(context, { ...me, server: settings.server });
  else if (settings.output === "name") output.line(me.actor);
  else output.line(`${describeCaller(me)} at ${settings.server}`);
  return EXIT_STATUS.done;
}

export function describeCaller(me: WhoAmI): string {
  if (me.host !== undefined) return `${me.actor} (host ${me.host})`;
  const workspaces = textAt(me, "workspaces");
  const place = workspaces === "*" ? "every workspace" : workspaces;
  return `${me.actor} (${me.role} of ${place === "" ? "no workspace" : place})`;
}
