import { expect, test } from "vitest";
import { ApiCaller } from "./api-caller.ts";
import { eventually } from "./eventually.ts";
import { git, pathsInGit } from "./git-tree.ts";
import { Sandbox } from "./sandbox.ts";

const FOREIGN_COMMITS = 15;
const OUR_CHANGES = 40;
const PAGE = "hosts/default/one/default/prod/page.txt";

const WORLD = `
{kind: Host, metadata: {name: one, labels: {site: lab}}}
---
{kind: Template, metadata: {name: page}, spec: {files: {page.txt: {text: "{{values.n}}\\n"}}}}
---
{kind: Workload, metadata: {name: web}}
---
{kind: Target, metadata: {name: lab}, spec: {selector: site=lab}}
---
{kind: Deployment, metadata: {name: prod}, spec: {workload: web, template: page, target: lab, values: {n: 0}}}
`;

/** A bare repository that somebody else has a clone of. */
async function remote(box: Sandbox): Promise<{ readonly url: string; readonly bare: string }> {
  const bare = box.path("remote.git");
  await git(box.folder, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  await git(box.folder, "clone", "--quiet", bare, "clone");
  return { url: `file://${bare}`, bare };
}

/** Somebody else's commit, pushed however often it takes. */
async function pushForeign(
  box: Sandbox,
  message: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const clone = box.path("clone");
  await eventually(`the push of ${message}`, async () => {
    await git(clone, "fetch", "--quiet", "origin");
    const known = await git(clone, "branch", "--remotes", "--list", "origin/main");
    if (known !== "") await git(clone, "reset", "--quiet", "--hard", "origin/main");
    const inClone = Object.entries(files).map(([path, text]) => [`clone/${path}`, text] as const);
    box.write(Object.fromEntries(inClone));
    await git(clone, "add", "--all");
    await git(clone, "commit", "--quiet", "--message", message);
    await git(clone, "push", "--quiet", "origin", "HEAD:main");
    return true;
  });
}

async function commitsOf(repository: string): Promise<number> {
  return Number(await git(repository, "rev-list", "--count", "main"));
}

/** Whether we have committed this revision, be it below commits of somebody else. */
async function isWritten(repository: string, revision: number): Promise<boolean> {
  const format = "--format=%(trailers:key=Titan-Revision,valueonly)";
  const revisions = await git(repository, "log", format, "main");
  return revisions.split("\n").some((text) => Number(text) >= revision);
}

test("somebody else who pushes at the same time loses nothing, and neither do we", async () => {
  await using box = new Sandbox();
  const { url, bare } = await remote(box);
  await pushForeign(box, "first", { "README.md": "theirs\n" });
  const titan = await box.up({ git: url });
  box.write({ "world.yaml": WORLD });
  await box.titan("apply -f world.yaml");

  const api = new ApiCaller(titan.api, titan.token);
  const pushes = (async () => {
    for (let at = 1; at <= FOREIGN_COMMITS; at += 1) {
      await pushForeign(box, `foreign ${at}`, { [`theirs/${at}.txt`]: `${at}\n` });
    }
  })();
  const changes = (async () => {
    for (let n = 1; n <= OUR_CHANGES; n += 1) {
      const spec = { workload: "web", template: "page", target: "lab", values: { n } };
      const object = { kind: "Deployment", metadata: { name: "prod" }, spec };
      const answer = await api.post("/v1/changes", { operations: [{ action: "apply", object }] });
      expect(answer.status).toBe(200);
      const { revision } = answer.body as { readonly revision: number };
      // Each change has its own commit while the other side pushes.
      await eventually("our commit", () => isWritten(bare, revision));
    }
  })();
  await Promise.all([pushes, changes]);

  await box.titan("verify");
  expect(await git(bare, "show", `main:${PAGE}`)).toBe(`${OUR_CHANGES}`);
  const theirs = Array.from({ length: FOREIGN_COMMITS }, (_, at) => `theirs/${at + 1}.txt`);
  expect(await pathsInGit(bare)).toEqual(["README.md", PAGE, ...theirs].sort());
  const messages = (await git(bare, "log", "--format=%s", "--author=somebody", "main")).split("\n");
  expect(messages).toHaveLength(FOREIGN_COMMITS + 1);
  expect(await git(bare, "fsck", "--strict", "--no-dangling")).toBe("");
});

test("a foreign commit in hosts/ is taken back and reported, what lies beside it stays", async () => {
  await using box = new Sandbox();
  const { url, bare } = await remote(box);
  const titan = await box.up({ git: url });
  box.write({ "world.yaml": WORLD });
  await box.titan("apply -f world.yaml");
  await box.titan("verify");
  await pushForeign(box, "meddling", {
    [PAGE]: "mine\n",
    "hosts/default/one/extra.txt": "mine\n",
    "notes.txt": "mine\n",
  });
  await box.titan("set labels host/one site=lab note=x");
  await box.titan("set values deployment/prod n=7");
  await box.titan("verify");
  expect(await pathsInGit(bare)).toEqual([PAGE, "notes.txt"]);
  expect(await git(bare, "show", `main:${PAGE}`)).toBe("7");
  expect(titan.process.stderr).toContain("hosts/default/one/extra.txt");

  // While we are away: the next start takes it back, without any change.
  expect((await titan.process.terminate()).status).toBe(0);
  await pushForeign(box, "meddling again", { [PAGE]: "mine again\n" });
  await box.up({ git: url });
  await box.titan("verify");
  expect(await git(bare, "show", `main:${PAGE}`)).toBe("7");
});

test.for(["SIGTERM", "SIGKILL"] as const)(
  "after %s it resumes from the tip, without a commit of its own",
  async (signal) => {
    await using box = new Sandbox();
    const { url, bare } = await remote(box);
    const titan = await box.up({ git: url });
    box.write({ "world.yaml": WORLD });
    await box.titan("apply -f world.yaml");
    await box.titan("verify");
    const before = await commitsOf(bare);
    if (signal === "SIGTERM") await titan.process.terminate();
    else await titan.process.kill();

    await box.up({ git: url });
    await box.titan("verify");
    expect(await commitsOf(bare)).toBe(before);
    await box.titan("set values deployment/prod n=8");
    await box.titan("verify");
    expect(await commitsOf(bare)).toBe(before + 1);
    // What changes no file makes no commit.
    await box.titan("create host idle");
    await box.titan("verify");
    expect(await commitsOf(bare)).toBe(before + 1);
  },
);
