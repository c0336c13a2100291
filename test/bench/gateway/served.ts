import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "../../flows/free-port.ts";
import type { Sandbox } from "../../flows/sandbox.ts";
import { whenReady } from "../../flows/titan-process.ts";
import { ApiLoad } from "../api-load.ts";
import { fleetObjects } from "./gateway-fleet.ts";
import type { GatewaySize } from "./gateway-size.ts";

/** A server with streams for agents, which comes back at the same port. */
export interface Served {
  readonly port: number;
  readonly inspectPort: number;
  readonly token: string;
  readonly pid: number;
  /** Resolves when what it keeps in memory is there. */
  caughtUp(): Promise<void>;
  /** Ends it the hard way; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again. */
  again(): Promise<Served>;
}

const BARE = fileURLToPath(new URL("./bare-server.ts", import.meta.url));

/** Plain node:http. */
export async function serveBare(port?: number, inspectPort?: number): Promise<Served> {
  const own = { port: port ?? (await freePort()), inspectPort: inspectPort ?? (await freePort()) };
  const child = fork(BARE, [String(own.port)], {
    execArgv: [`--inspect=${own.inspectPort}`],
    silent: true,
  });
  await once(child, "message");
  const { pid } = child;
  if (pid === undefined) throw new Error("the process was not started");
  return {
    ...own,
    token: "",
    pid,
    caughtUp: () => Promise.resolve(),
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "close");
    },
    again: () => serveBare(own.port, own.inspectPort),
  };
}

/** `titan up` in the sharded layout, which has no topic for each host. */
export async function serveTitan(
  box: Sandbox,
  nodeFlags: readonly string[],
  port?: number,
  inspectPort?: number,
): Promise<Served> {
  const own = { port: port ?? (await freePort()), inspectPort: inspectPort ?? (await freePort()) };
  const { token, process: running } = await whenReady(
    box.start(["up", "-o", "json", "--data", box.path("data"), "--port", String(own.port)], {
      environment: { TITAN_LAYOUT: "sharded" },
      nodeFlags: [...nodeFlags, `--inspect=${own.inspectPort}`],
    }),
  );
  return {
    ...own,
    token,
    pid: running.pid,
    caughtUp: async () => {
      const load = new ApiLoad(serverOf(own), token);
      await load.caughtUp();
      load.close();
    },
    kill: () => running.kill(),
    again: () => serveTitan(box, nodeFlags, own.port, own.inspectPort),
  };
}

export function serverOf({ port }: Pick<Served, "port">): string {
  return `http://127.0.0.1:${port}`;
}

/** Makes the fleet by the API, and waits until every view holds it. */
export async function fill(served: Served, { agents, groups, batch }: GatewaySize): Promise<void> {
  const load = new ApiLoad(serverOf(served), served.token);
  const objects = fleetObjects(agents, groups);
  for (let from = 0; from < objects.length; from += batch) {
    await load.apply(objects.slice(from, from + batch));
  }
  load.close();
  await served.caughtUp();
}
