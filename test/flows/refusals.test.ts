import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiCaller } from "./api-caller.ts";
import { Sandbox, type CommandEnd } from "./sandbox.ts";
import type { TitanProcess } from "./titan-process.ts";

const STATUS = { error: 1, usage: 2, notAllowed: 4, refused: 5 } as const;
const BYTES_OVER_256_KIB = 256 * 1_024 + 1;
const OPERATIONS = 10_000;
const PLURALS = [
  "workspaces",
  "hosts",
  "targets",
  "templates",
  "workloads",
  "deployments",
] as const;

const WORLD = `
{kind: Host, metadata: {name: one, labels: {site: lab}}}
---
{kind: Template, metadata: {name: page}, spec: {files: {a.txt: {text: "{{values.text}}\\n"}}}}
---
{kind: Workload, metadata: {name: web}}
---
{kind: Target, metadata: {name: lab}, spec: {selector: site=lab}}
---
{kind: Deployment, metadata: {name: prod}, spec: {workload: web, template: page, target: lab, values: {text: hi}}}
`;

let box: Sandbox;
let titan: TitanProcess;

beforeAll(async () => {
  box = new Sandbox();
  titan = await box.up();
  box.write({ "world.yaml": WORLD });
  await box.titan("apply -f world.yaml");
});

afterAll(() => box[Symbol.asyncDispose]());

/** Every object there is, as people declared it: a status names the revision of its reading. */
async function world(): Promise<string> {
  const api = new ApiCaller(titan.api, titan.token);
  const lists = PLURALS.map(async (plural) => {
    const { body } = await api.get(`/v1/${plural}`);
    const { items } = body as { readonly items: readonly object[] };
    return items.map((item) => ({ ...item, status: undefined }));
  });
  return JSON.stringify(await Promise.all(lists));
}

/** The command is refused with this status, says each of these, and leaves the world as it was. */
async function isRefused(
  command: string | readonly string[],
  status: number,
  says: readonly string[],
): Promise<CommandEnd> {
  const before = await world();
  const end = await box.run(command);
  expect(end.stderr).toContain("error: ");
  for (const text of says) expect(end.stderr).toContain(text);
  expect(end).toMatchObject({ status, stdout: "" });
  // A stack trace is not an answer.
  expect(end.stderr).not.toMatch(/\n {4}at /);
  expect(await world()).toBe(before);
  return end;
}

test.for<readonly [string, string | readonly string[], number, readonly string[]]>([
  [
    "a misspelt reference is answered with a suggestion",
    "create deployment beta --workload wep --template page --target lab",
    STATUS.refused,
    ["spec.workload", "reference-not-found", "hint: ", "default/web"],
  ],
  [
    "a template's value that nothing supplies names file and line",
    "create deployment beta --workload web --template page --target lab",
    STATUS.refused,
    ["a.txt:1", "values.text", "missing-value", "hint: "],
  ],
  [
    "a bad name is answered with a good one",
    "create host Bad_Name",
    STATUS.refused,
    ["metadata.name", "invalid-name", 'hint: try "bad-name"'],
  ],
  ["a name of 64 letters", `create host ${"a".repeat(64)}`, STATUS.refused, ["invalid-name"]],
  [
    "a bad label value",
    ["create", "host", "b", "--labels", "a=b c"],
    STATUS.refused,
    ["metadata.labels.a", "invalid-label"],
  ],
  ["labels that are none", "create host b --labels =x", STATUS.usage, ["key=value"]],
  [
    "a selector that does not end",
    ["create", "target", "b", "--selector", "env in (a"],
    STATUS.refused,
    ["spec.selector", "at 9", "invalid-selector"],
  ],
  [
    "a selector with an unknown operator",
    ["create", "target", "b", "--selector", "env ~ a"],
    STATUS.refused,
    ["spec.selector", "at 4", "invalid-selector"],
  ],
  ["a create of what exists", "create host one", STATUS.refused, ["default/one", "already-exists"]],
  [
    "a delete of what is used lists its users",
    "delete workload web",
    STATUS.refused,
    ["in-use", "default/prod"],
  ],
  ["a delete of a target in use", "delete target lab", STATUS.refused, ["in-use", "default/prod"]],
  ["a delete of a template in use", "delete template page", STATUS.refused, ["in-use"]],
  ["a delete of what is not there", "delete host nope", STATUS.refused, ["not-found"]],
  [
    "a stale expected revision",
    "set labels host/one a=b --expect 1",
    STATUS.refused,
    ["default/one", "hint: "],
  ],
  ["an unknown command", "frobnicate", STATUS.usage, ["frobnicate", "hint: "]],
  ["an unknown flag", "create host b --colour red", STATUS.usage, ["--colour"]],
  ["an unknown kind", "get hostss", STATUS.usage, ['hint: did you mean "hosts"']],
  [
    "a wrong token",
    "create host b --token titan_nobody_wrong",
    STATUS.notAllowed,
    ["not-signed-in", "hint: ", "titan login"],
  ],
  [
    "a server that is down",
    "create host b --server http://127.0.0.1:9",
    STATUS.error,
    ["http://127.0.0.1:9", "hint: ", "titan up"],
  ],
])("%s", async ([, command, status, says]) => {
  await isRefused(command, status, says);
});

test.for<readonly [string, string, number, readonly string[]]>([
  [
    "an unknown field names file, line and column, and the right field",
    "kind: Host\nmetadata:\n  name: x\n  labelz: {a: b}\n",
    STATUS.refused,
    ["bad.yaml:4:3", "labelz", "unknown-field", 'hint: did you mean "labels"'],
  ],
  [
    "an unknown kind in a file",
    "kind: Hosst\nmetadata: {name: x}\n",
    STATUS.refused,
    ["bad.yaml:1:1", "unknown-kind", "hint: "],
  ],
  [
    "a path that leaves its folder",
    template("../x"),
    STATUS.refused,
    ["bad.yaml:4:11", "../x", "invalid-path"],
  ],
  ["an absolute path", template("/etc/x"), STATUS.refused, ["/etc/x", "invalid-path"]],
  ["a path into .git", template("a/.git/config"), STATUS.refused, [".git", "invalid-path"]],
  ["a path into .GIT", template(".GIT/config"), STATUS.refused, [".GIT", "invalid-path"]],
  [
    "paths that differ in case alone",
    "kind: Template\nmetadata: {name: x}\nspec:\n  files: {a/B: {text: a}, a/b: {text: b}}\n",
    STATUS.refused,
    ["bad.yaml:4", "a/B", "path-collision"],
  ],
  [
    "more than 256 KiB",
    `kind: Template\nmetadata: {name: x}\nspec:\n  files: {a: {text: ${"a".repeat(BYTES_OVER_256_KIB)}}}\n`,
    STATUS.refused,
    ["bad.yaml:", "too-large"],
  ],
  [
    "ten thousand operations",
    manyHosts(),
    STATUS.refused,
    ["too-many-operations", "1000", "10000"],
  ],
  ["a YAML bomb", bomb(), STATUS.error, ["bad.yaml"]],
  ["no YAML at all", "kind: [Host\nmetadata: }\n", STATUS.error, ["bad.yaml:"]],
  [
    "one bad object refuses the good one beside it",
    "{kind: Host, metadata: {name: good}}\n---\n{kind: Host, metadata: {name: Bad}}\n",
    STATUS.refused,
    ["bad.yaml:3", "invalid-name"],
  ],
])("in a file: %s", async ([, text, status, says]) => {
  box.write({ "bad.yaml": text });
  await isRefused("apply -f bad.yaml", status, says);
});

function template(path: string): string {
  return `kind: Template\nmetadata: {name: x}\nspec:\n  files: {${path}: {text: a}}\n`;
}

function manyHosts(): string {
  const one = (at: number): string => `--- {kind: Host, metadata: {name: h${at}}}`;
  return Array.from({ length: OPERATIONS }, (_, at) => one(at)).join("\n");
}

/** Each line is ten of the line before: ten thousand million when it is written out. */
function bomb(): string {
  const lines = Array.from({ length: 9 }, (_, at) => {
    const items = Array.from({ length: 10 }, () => `*a${at}`).join(",");
    return `  a${at + 1}: &a${at + 1} [${items}]`;
  });
  return `kind: Workload\nmetadata: {name: x}\nspec:\n values:\n  a0: &a0 [x]\n${lines.join("\n")}\n`;
}

test("a template's folder may hold no link, no .git, nothing too large and no case collision", async () => {
  const over = "a".repeat(BYTES_OVER_256_KIB);
  box.write({
    "link/a.txt": "a",
    "dotgit/.git/config": "a",
    "big/a": over,
    "case/a": "a",
    "case/A": "a",
  });
  symlinkSync("/etc/passwd", box.path("link", "passwd"));
  await isRefused("create template x -f link", STATUS.error, ["link/passwd", "symbolic link"]);
  await isRefused("create template x -f dotgit", STATUS.error, ["dotgit/.git"]);
  await isRefused("create template x -f big", STATUS.error, ["big/a", "262144"]);
  await isRefused("create template x -f case", STATUS.refused, ["path-collision"]);
  await isRefused("create template x -f nowhere", STATUS.error, ["nowhere"]);
});

test("a binary file is allowed, and comes to the host as it is", async () => {
  await using own = new Sandbox();
  await own.up();
  const bytes = Uint8Array.from({ length: 4_096 }, (_, at) => (at * 7) % 256);
  own.write({ "bin/blob": bytes, "world.yaml": WORLD });
  await own.titan("apply -f world.yaml");
  await own.titan("create template bin -f bin");
  await own.titan("create deployment blob --workload web --template bin --target lab");
  await own.titan("agent --host one --dir host --once");
  const onDisk = readFileSync(own.path("host", "default", "blob", "blob"));
  expect(new Uint8Array(onDisk)).toEqual(bytes);
});

test("a host's token opens its own streams and nothing else", async () => {
  const secret = JSON.parse(await box.titan("create token one-agent --host one -o json")) as {
    readonly secret?: string;
    readonly token?: string;
  };
  const token = secret.secret ?? secret.token ?? "";
  expect(token).toMatch(/^titan_/);
  await box.titan(["agent", "--host", "one", "--dir", "own", "--once", "--token", token]);
  await box.titan("create host other");
  await isRefused(["create", "host", "b", "--token", token], STATUS.notAllowed, ["not-allowed"]);
  await isRefused(
    ["agent", "--host", "other", "--dir", "o", "--once", "--token", token],
    STATUS.notAllowed,
    [],
  );
});

test("a second `titan up` on the same folder names the process that holds it", async () => {
  const end = await box.run(["up", "--data", titan.data, "--port", "0"]);
  expect(end.status).toBe(STATUS.error);
  expect(end.stderr).toContain(`process ${titan.process.pid}`);
  expect(end.stderr).toContain("hint: ");
  expect((await box.run("get hosts")).status).toBe(0);
});

test.for([
  ["garbage", Buffer.alloc(8_192, "garbage")],
  ["an empty file", Buffer.alloc(0)],
  ["a file that is cut off", undefined],
] as const)("a log that is %s is refused and left as it is", async ([, content]) => {
  await using own = new Sandbox();
  let bytes: Uint8Array | undefined = content;
  if (bytes === undefined) {
    const first = await own.up();
    await first.process.terminate();
    const whole = readFileSync(own.path("data", "log.sqlite"));
    bytes = whole.subarray(0, Math.floor(whole.length / 2));
  }
  mkdirSync(own.path("broken"));
  own.write({ "broken/log.sqlite": bytes });
  const end = await own.run(["up", "--data", own.path("broken"), "--port", "0"]);
  expect(end.status).toBe(STATUS.error);
  expect(end.stderr).toContain("log.sqlite");
  expect(end.stderr).toContain("[corrupt]");
  expect(readFileSync(own.path("broken", "log.sqlite")).equals(bytes)).toBe(true);
});
