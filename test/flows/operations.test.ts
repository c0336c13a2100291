import { expect, test } from "vitest";
import { Fleet, hostWith, page } from "./fleet.ts";
import { replay, said } from "./stream-records.ts";

const PROD = "default/prod";

test("updating a target: the removed get DELETE, the added get UPDATE", async () => {
  await using fleet = await Fleet.start();
  const revision = await fleet.apply(
    "{kind: Target, metadata: {name: lab}, spec: {selector: site=barn}}",
  );
  expect(await fleet.host("one", revision)).toEqual(hostWith([`DELETE ${PROD}`], {}));
  expect(await fleet.host("two", revision)).toEqual(
    hostWith([`UPDATE ${PROD}`], page("prod", "two")),
  );
});

test("updating a target tells only the hosts between the old rules and the new", async () => {
  await using fleet = await Fleet.start();
  const revision = await fleet.apply(
    "{kind: Target, metadata: {name: lab}, spec: {selector: 'site in (lab,barn)'}}",
  );
  expect(await fleet.host("one", revision)).toEqual(hostWith([], page("prod", "one")));
  expect(await fleet.host("two", revision)).toEqual(
    hostWith([`UPDATE ${PROD}`], page("prod", "two")),
  );
});

test("updating a template renders every deployment that uses it again", async () => {
  await using fleet = await Fleet.start();
  await fleet.change("create deployment beta --workload web --template page --target lab");
  const text = "new: {{deployment.name}} says {{values.text}} on {{host.name}}";
  const revision = await fleet.apply(
    `{kind: Template, metadata: {name: page}, spec: {defaults: {text: hello}, files: {page.txt: {text: "${text}\\n"}}}}`,
  );
  for (const name of ["prod", "beta"]) {
    const stream = `titan.deployment.default.${name}`;
    expect(await said(fleet.box, stream, revision)).toEqual([`UPDATE default/${name}`]);
  }
  const files = {
    "default/beta/page.txt": "new: beta says hello on one\n",
    "default/prod/page.txt": "new: prod says hello on one\n",
  };
  expect(await fleet.host("one", revision)).toEqual(hostWith([], files));
  expect(await fleet.host("two", revision)).toEqual(hostWith([], {}));
});

test("creating a deployment starts its stream, and every matching host is told", async () => {
  await using fleet = await Fleet.start();
  const revision = await fleet.change(
    "create deployment beta --workload web --template page --target lab --set text=hi",
  );
  expect(await said(fleet.box, "titan.deployment.default.beta")).toEqual(["UPDATE default/beta"]);
  expect(await fleet.host("one", revision)).toEqual(
    hostWith(["UPDATE default/beta"], { ...page("beta", "one", "hi"), ...page("prod", "one") }),
  );
  expect(await fleet.host("two", revision)).toEqual(hostWith([], {}));
});

test("changing a deployment's values changes its stream, and no host's", async () => {
  await using fleet = await Fleet.start();
  const revision = await fleet.change("set values deployment/prod text=bye");
  expect(await said(fleet.box, "titan.deployment.default.prod", revision)).toEqual([
    `UPDATE ${PROD}`,
  ]);
  expect(await fleet.host("one", revision)).toEqual(hostWith([], page("prod", "one", "bye")));
});

test("deleting a deployment: every host that had it gets DELETE", async () => {
  await using fleet = await Fleet.start();
  await fleet.change("set labels host/two site=lab");
  const revision = await fleet.change("delete deployment prod");
  for (const host of ["one", "two"]) {
    expect(await fleet.host(host, revision)).toEqual(hostWith([`DELETE ${PROD}`], {}));
  }
  expect(await said(fleet.box, "titan.deployment.default.prod", revision)).toEqual([
    `DELETE ${PROD}`,
  ]);
});

test("relabelling a host: it leaves one target and joins another in one step", async () => {
  await using fleet = await Fleet.start();
  await fleet.apply(`
{kind: Target, metadata: {name: barn}, spec: {selector: site=barn}}
---
{kind: Deployment, metadata: {name: beta}, spec: {workload: web, template: page, target: barn}}`);
  await fleet.agent("two");
  const revision = await fleet.change("set labels host/one site=barn");
  const { told, disk, git } = await fleet.host("one", revision);
  expect([...told].sort()).toEqual([`DELETE ${PROD}`, "UPDATE default/beta"]);
  expect(disk).toEqual(page("beta", "one"));
  expect(git).toEqual(page("beta", "one"));
  expect(await fleet.host("two", revision)).toEqual(hostWith([], page("beta", "two")));
});

test("deleting a host: its stream gets a DELETE for each deployment on it", async () => {
  await using fleet = await Fleet.start();
  const before = await fleet.change(
    "create deployment beta --workload web --template page --target lab",
  );
  await fleet.agent("one");
  const revision = await fleet.change("delete host one");
  expect(revision).toBeGreaterThan(before);
  const told = await said(fleet.box, "titan.host.default.one", revision);
  expect([...told].sort()).toEqual(["DELETE default/beta", `DELETE ${PROD}`]);
  expect(await fleet.git("one")).toEqual({});
  expect(await fleet.box.titan("get hosts -o name")).toBe("host/two\n");
});

test("a deployment with replicas stays on so many hosts as they come and go", async () => {
  await using fleet = await Fleet.start();
  for (const name of ["three", "four"]) {
    await fleet.change(`create host ${name} --labels site=lab`);
  }
  const assigned = async (): Promise<readonly string[]> => {
    const list = JSON.parse(await fleet.box.titan("get assignments -o json")) as {
      readonly items: readonly { readonly spec: { readonly host: string } }[];
    };
    return list.items.map(({ spec }) => spec.host.replace("default/", "")).sort();
  };
  await fleet.change("set replicas deployment/prod 2");
  const [first, second] = await assigned();
  expect(await assigned()).toHaveLength(2);
  const third = ["one", "three", "four"].find((name) => name !== first && name !== second);

  // The one that is not needed goes: nothing moves.
  const idle = await fleet.change(`set labels host/${third} site=away`);
  expect(await assigned()).toEqual([first, second]);
  expect(await said(fleet.box, `titan.host.default.${first}`, idle)).toEqual([]);
  await fleet.change(`set labels host/${third} site=lab`);

  // One that is needed goes: the idle one takes over, the other is left alone.
  const lost = await fleet.change(`delete host ${first}`);
  expect(await assigned()).toEqual(expect.arrayContaining([second, third]));
  expect(await fleet.host(`${third}`, lost)).toEqual(
    hostWith([`UPDATE ${PROD}`], page("prod", `${third}`)),
  );
  expect(await said(fleet.box, `titan.host.default.${second}`, lost)).toEqual([]);

  // Too few: all of them; one comes back: it is used.
  await fleet.change(`delete host ${second}`);
  expect(await assigned()).toEqual([third]);
  await fleet.change(`create host ${first} --labels site=lab`);
  expect(await assigned()).toEqual(expect.arrayContaining([first, third]));
});

test("a deployment deleted and made again is another one for its host", async () => {
  await using fleet = await Fleet.start();
  const [born] = await replay(fleet.box, "titan.deployment.default.prod");
  const revision = await fleet.change("delete deployment prod");
  // The host is away for both, and must not take the new one for the old.
  await fleet.change("create deployment prod --workload web --template page --target lab");
  expect(await fleet.host("one", revision)).toEqual(
    hostWith([`DELETE ${PROD}`, `UPDATE ${PROD}`], page("prod", "one")),
  );
  const records = await replay(fleet.box, "titan.deployment.default.prod", revision);
  const reborn = records.findLast(({ value }) => value.op === "UPDATE");
  expect(reborn?.value.current?.["createdRevision"]).toBeGreaterThan(born?.value.revision ?? 0);
});

test("deleting and making a deployment again in one change replaces it", async () => {
  await using fleet = await Fleet.start();
  const deployment = { kind: "Deployment", metadata: { name: "prod" } };
  const response = await fetch(`${fleet.titan.api}/v1/changes`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${fleet.titan.token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      operations: [
        { action: "delete", object: deployment },
        {
          action: "create",
          object: {
            ...deployment,
            spec: { workload: "web", template: "page", target: "lab", values: { text: "again" } },
          },
        },
      ],
    }),
  });
  expect(response.status).toBe(200);
  const { revision } = (await response.json()) as { readonly revision: number };
  await fleet.box.titan("verify");
  const { disk, git } = await fleet.host("one", revision);
  expect(disk).toEqual(page("prod", "one", "again"));
  expect(git).toEqual(page("prod", "one", "again"));
});
