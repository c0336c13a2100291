import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Agent, GatewayTransport, NodeDisk } from "@titan/host-agent";
import { systemClock } from "@titan/processor-runtime";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { deploymentStatusOf } from "../deployment-status.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { runTitan } from "../run-titan.ts";
import type { TitanObject } from "../titan-object.ts";
import { programVersion } from "../commands/version.ts";
import type { RunningTitan } from "./start-titan.ts";
import type { UpOptions } from "./up-options.ts";

const EXAMPLES = fileURLToPath(new URL("../../../../examples/", import.meta.url));
const WORKSPACE = "default";
const HOST = "tim-pi";
const GIT_PAUSE_MS = 100;
const GIT_TRIES_MAX = 600;

/** The mission's scenario, as a person would type it. */
const COMMANDS: readonly string[] = [
  `create host --name ${HOST} --labels name=${HOST},platform=kubernetes`,
  `create template device-service -f ${EXAMPLES}device-service --defaults ${EXAMPLES}device-service-defaults.yaml`,
  "create workload temperature-sensor --repo https://github.com/timfpark/temp-sensor --image temp-sensor:1.0",
  `create target ${HOST} --labels name=${HOST}`,
  `create deployment prod --workload temperature-sensor --template device-service --target ${HOST}`,
];

/**
 * Plays the mission's scenario with the real command line and a real agent, and shows what landed
 * where. The agent runs on while the process does. Played again on the same data it finds its
 * objects there and goes on.
 */
export async function playDemo(
  titan: RunningTitan,
  options: UpOptions,
  context: CommandContext,
): Promise<void> {
  const { output } = context;
  const say = (text: string): void => {
    if (context.settings.output !== "json") output.line(text);
  };
  for (const command of COMMANDS) {
    say(`$ titan ${command.replaceAll(EXAMPLES, "examples/")}`);
    const status = await type(command.split(" "), titan, context);
    if (status !== EXIT_STATUS.done && status !== EXIT_STATUS.refused) {
      throw new CommandError(`the demo ended at: titan ${command}`);
    }
  }
  const folder = join(options.dataFolder, "hosts", HOST);
  say(`\n$ titan agent --host ${HOST} --dir ${folder}`);
  const agent = await startAgent(titan, folder, join(options.dataFolder, "agents", HOST), context);
  const wait = ["wait", "deployment", "prod", "--for", "deployed", "--timeout", "60s"];
  if ((await type(wait, titan, context)) !== EXIT_STATUS.done) {
    throw new CommandError("the demo's deployment did not reach its host");
  }
  say(`\non the host's disk, in ${folder}:`);
  const files = join(folder, WORKSPACE, "prod");
  for (const name of readdirSync(files).sort()) {
    const lines = readFileSync(join(files, name), "utf8").trimEnd().split("\n");
    say(`  ${WORKSPACE}/prod/${name} (${lines.length} lines)`);
  }
  await shownInGit(titan, context.signal);
  say("\n$ titan status deployment prod");
  await type(["status", "deployment", "prod"], titan, context);
  say(`\n$ titan why host ${HOST} runs prod`);
  await type(["why", "host", HOST, "runs", "prod"], titan, context);
  say(`\nIn Git: git --git-dir=${titan.git} log --stat`);
  if (options.once) agent.stop();
  else {
    context.signal.addEventListener("abort", () => agent.stop(), { once: true });
    say(
      "In another terminal, change something, and look at the disk:\n\n  npx titan set values deployment/prod debug=true\n",
    );
  }
}

/** Git comes by itself, perhaps after the host. One that can not be written does not end the demo. */
async function shownInGit({ url, token }: RunningTitan, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < GIT_TRIES_MAX && !signal.aborted; tries += 1) {
    const response = await fetch(`${url}/v1/workspaces/${WORKSPACE}/deployments/prod`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { stages } = deploymentStatusOf((await response.json()) as TitanObject);
    if (stages.some(({ stage, commit }) => stage === "git" && commit !== "")) return;
    await systemClock.sleep(GIT_PAUSE_MS, signal);
  }
}

/** Runs a command line in this process, against this server. */
async function type(
  args: readonly string[],
  titan: RunningTitan,
  context: CommandContext,
): Promise<number> {
  const { shell, settings } = context;
  const quiet = settings.output === "json";
  const silent = { write: () => true };
  return runTitan(args, {
    ...shell,
    ...(quiet ? { stdout: silent, stderr: silent } : {}),
    environment: {
      ...shell.environment,
      TITAN_SERVER: titan.url,
      TITAN_TOKEN: titan.token,
      TITAN_WORKSPACE: WORKSPACE,
      TITAN_OUTPUT: "table",
    },
  });
}

async function startAgent(
  titan: RunningTitan,
  folder: string,
  stateFolder: string,
  context: CommandContext,
): Promise<Agent> {
  const host = `${WORKSPACE}/${HOST}`;
  const transport = new GatewayTransport({
    server: titan.url,
    token: titan.token,
    host,
    clock: systemClock,
    random: Math.random,
  });
  const agent = await Agent.open({
    host,
    disk: new NodeDisk(),
    folder,
    stateFolder,
    transport,
    clock: systemClock,
    version: programVersion(),
  });
  agent.run().catch((error: unknown) => {
    context.output.message(`the agent ended: ${String(error)}`);
  });
  return agent;
}
