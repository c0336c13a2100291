import { ApiLoad } from "../api-load.ts";
import { flowUntil } from "./change-load.ts";
import { fleetHost } from "./gateway-fleet.ts";
import type { HostLoadConfig } from "./host-load-process.ts";

/** A process that changes so many hosts a second, a few in each change, until it is told to end. */
const POSITION_OF_CONFIG = 2;

const config = JSON.parse(process.argv[POSITION_OF_CONFIG] ?? "") as HostLoadConfig;
const { server, token, groups, flow } = config;
const load = new ApiLoad(server, token);
let isStopped = false;
let isFlowing = false;

process.on("message", () => {
  isStopped = true;
});
process.on("disconnect", () => process.exit(0));

const perSecond = await flowUntil(flow, submit, () => isStopped);
load.close();
process.send?.({ perSecond });
process.disconnect?.();

async function submit(hosts: readonly number[], n: string): Promise<void> {
  await load.apply(hosts.map((host) => fleetHost(host, groups, n)));
  if (!isFlowing) process.send?.("flowing");
  isFlowing = true;
}
