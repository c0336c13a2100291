import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { fileInGit, pathsInGit } from "./git-tree.ts";
import { filesOnDisk } from "./host-folder.ts";
import { Sandbox } from "./sandbox.ts";
import { replay, said } from "./stream-records.ts";

const SERVICE =
  "{{workload.name}} from {{workload.repo}} as {{deployment.name}} on {{host.name}}\n";
const ON_TIM_PI =
  "temperature-sensor from https://github.com/timfpark/temp-sensor as prod on tim-pi\n";

/** MISSION.md, "The commands people type". */
const MISSION = [
  "create host --name tim-pi --labels name=tim-pi,platform=kubernetes",
  "create template device-service -f ./device-service",
  "get workspaces",
  "create workload temperature-sensor --repo https://github.com/timfpark/temp-sensor",
  "create target tim-pi --labels name=tim-pi",
  "create deployment prod --workload temperature-sensor --template device-service --target tim-pi",
] as const;

test("the mission's commands bring files to a host's disk and a commit to Git", async () => {
  await using box = new Sandbox();
  const titan = await box.up();
  box.write({ "device-service/service.txt": SERVICE });

  const login = await box.run("login --token -", { input: `${titan.token}\n` });
  expect(login).toMatchObject({ status: 0 });
  for (const command of MISSION) await box.titan(command);
  expect(await box.titan("agent --host tim-pi --dir host --once")).toContain("default/prod");

  expect(filesOnDisk(box.path("host"))).toEqual(new Map([["default/prod/service.txt", ON_TIM_PI]]));
  await box.titan("verify");
  const path = "hosts/default/tim-pi/default/prod/service.txt";
  expect(await pathsInGit(titan.git)).toEqual([path]);
  expect(`${await fileInGit(titan.git, path)}\n`).toBe(ON_TIM_PI);

  expect(await said(box, "titan.host.default.tim-pi")).toEqual(["UPDATE default/prod"]);
  const rendered = await replay(box, "titan.deployment.default.prod");
  expect(JSON.stringify(rendered)).toContain("timfpark/temp-sensor");
});

test("status shows every stage, and why names every link with its change", async () => {
  await using box = new Sandbox();
  const titan = await box.up();
  box.write({ "device-service/service.txt": SERVICE });
  for (const command of MISSION) await box.titan(command);
  await box.titan("report source --workload temperature-sensor --commit 8c1f0001");
  await box.titan(
    "report build --workload temperature-sensor --commit 8c1f0001 --image sensor:1.0",
  );
  await box.titan("agent --host tim-pi --dir host --once");
  await box.titan("wait deployment prod --for deployed");

  const status = JSON.parse(await box.titan("status deployment prod -o json")) as {
    readonly stages: readonly { readonly stage: string; readonly at?: string }[];
    readonly hosts: Readonly<Record<string, number>>;
  };
  expect(status.stages.map(({ stage }) => stage)).toEqual([
    "source",
    "build",
    "container",
    "eventSent",
    "git",
    "deployed",
  ]);
  expect(status.stages.filter(({ at }) => at === undefined)).toEqual([]);
  expect(status.hosts).toMatchObject({ selected: 1, eligible: 1, deployed: 1 });

  const why = JSON.parse(await box.titan("why host tim-pi runs prod -o json")) as {
    readonly runs: boolean;
    readonly chain: readonly { readonly link: string; readonly changeId?: string }[];
  };
  expect(why.runs).toBe(true);
  const links = why.chain.map(({ link }) => link);
  expect(links).toEqual(
    expect.arrayContaining(["host", "target", "deployment", "template", "workload", "git"]),
  );
  expect(titan.process.stderr).toBe("");
});

test("a running agent follows what changes, and puts back what was changed by hand", async () => {
  await using box = new Sandbox();
  await box.up();
  box.write({ "device-service/service.txt": "size {{values.size}} on {{host.labels.platform}}\n" });
  box.write({ "defaults.yaml": "size: 1\n" });
  for (const command of MISSION) {
    await box.titan(
      command.startsWith("create template") ? `${command} --defaults defaults.yaml` : command,
    );
  }
  const agent = box.start(["agent", "--host", "tim-pi", "--dir", "host"]);
  const file = (): string | undefined =>
    filesOnDisk(box.path("host")).get("default/prod/service.txt");
  await eventually("the first file", () => file() === "size 1 on kubernetes\n");
  await box.titan("set values deployment/prod size=2");
  await eventually("the new value", () => file() === "size 2 on kubernetes\n");

  box.write({ "host/default/prod/service.txt": "mine now\n" });
  await box.titan("set labels host/tim-pi platform=compose");
  await eventually("what was changed by hand is put back", () => file() === "size 2 on compose\n");
  expect((await agent.terminate()).status).toBe(0);
});

test("a workload of another workspace uses the template of default", async () => {
  await using box = new Sandbox();
  await box.up();
  box.write({ "device-service/service.txt": SERVICE });
  await box.titan("create workspace iot");
  await box.titan("create template device-service -f ./device-service");
  await box.titan("create host --name tim-pi --labels name=tim-pi");
  await box.titan(
    "create workload temperature-sensor --repo https://github.com/timfpark/temp-sensor --workspace iot",
  );
  await box.titan("create target tim-pi --labels name=tim-pi --workspace iot");
  await box.titan(
    "create deployment prod --workload temperature-sensor --template device-service --target tim-pi --workspace iot",
  );
  await box.titan("agent --host tim-pi --dir host --once");
  expect(filesOnDisk(box.path("host"))).toEqual(new Map([["iot/prod/service.txt", ON_TIM_PI]]));
});

test("`up --demo --once` plays the scenario and ends with 0", async () => {
  await using box = new Sandbox();
  const { status, stdout } = await box.run([
    "up",
    "--demo",
    "--once",
    "--port",
    "0",
    "--data",
    box.path("demo"),
  ]);
  expect(status).toBe(0);
  expect(stdout).toContain("$ titan why host tim-pi runs prod");
  expect(await pathsInGit(box.path("demo", "git"))).toContain(
    "hosts/default/tim-pi/default/prod/deployment.yaml",
  );
});
