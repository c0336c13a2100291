import { describe, expect, test } from "vitest";
import { blobOid, type DesiredFile } from "./git-object-id.ts";
import type { GitRepository } from "./git-repository.ts";
import {
  PUBLISH_TRIES_MAX,
  publishTree,
  type PublishOutcome,
  type PublishRequest,
} from "./publish-tree.ts";
import {
  DRIVERS,
  fixture,
  forceBranch,
  foreignCommit,
  readBranch,
  soundCommits,
  writeFiles,
} from "./testing/git-fixture.ts";

type Files = Readonly<Record<string, string>>;

/** Publishes these files below hosts/w/ as the tree of the revision. */
function publish(
  repository: GitRepository,
  revision: number,
  files: Files,
  more: Partial<PublishRequest> = {},
): Promise<PublishOutcome> {
  const full = Object.entries(files).map(([path, text]) => [`hosts/w/${path}`, text] as const);
  const texts = new Map<string, string>(full);
  const desired = new Map<string, DesiredFile>(
    full.map(([path, text]) => [path, { mode: "100644", oid: blobOid(Buffer.from(text)) }]),
  );
  return publishTree({
    repository,
    installation: "ours",
    revision,
    desired,
    contentOf: (path) => Buffer.from(texts.get(path) ?? ""),
    provenance: { dateMs: revision * 1_000, changeIds: [`c-${revision}`], actors: ["tim"] },
    pauseBefore: () => Promise.resolve(),
    ...more,
  });
}

function commitOf(outcome: PublishOutcome): string {
  if (outcome.commit === null) throw new Error("no commit");
  return outcome.commit;
}

describe.each(DRIVERS)("%s", (driver) => {
  test("the first tree lands in an empty repository, later ones as differences", async () => {
    const { repository, path } = await fixture(driver);
    const first = await publish(repository, 1, { "h/w/d/a": "1", "h/w/d/b": "1" });
    expect(first).toMatchObject({ kind: "published", revision: 1, drift: [] });
    await publish(repository, 5, { "h/w/d/b": "2", "i/w/d/c": "1" });
    expect(await readBranch(path)).toEqual({ "hosts/w/h/w/d/b": "2", "hosts/w/i/w/d/c": "1" });
    expect(await soundCommits(path)).toBe(2);
  });

  test("a batch that changes no file makes no commit", async () => {
    const { repository, path } = await fixture(driver);
    expect(await publish(repository, 1, {})).toMatchObject({ kind: "unchanged", commit: null });
    const first = await publish(repository, 2, { a: "1" });
    const again = await publish(repository, 3, { a: "1" });
    expect(again).toMatchObject({ kind: "unchanged", commit: commitOf(first), drift: [] });
    expect(await soundCommits(path)).toBe(1);
    await publish(repository, 4, {});
    expect(await publish(repository, 5, {})).toMatchObject({ kind: "unchanged" });
    expect(await readBranch(path)).toEqual({});
  });

  test("the same revisions and batches make the same commits", async () => {
    const one = await fixture(driver);
    const two = await fixture("folder");
    for (const { repository } of [one, two]) {
      await publish(repository, 3, { a: "1" });
      await publish(repository, 7, { a: "2", b: "1" });
    }
    expect((await one.others.tip())?.commit).toBe((await two.others.tip())?.commit);
  });

  test("foreign commits beside our part stay underneath", async () => {
    const { repository, others, path } = await fixture(driver);
    await foreignCommit(others, { "README.md": "mine", "hosts.txt": "mine" });
    await publish(repository, 1, { a: "1" });
    await foreignCommit(others, { "docs/x": "mine" });
    const outcome = await publish(repository, 2, { a: "2" });
    expect(outcome).toMatchObject({ kind: "published", drift: [] });
    expect(await readBranch(path)).toEqual({
      "README.md": "mine",
      "hosts.txt": "mine",
      "docs/x": "mine",
      "hosts/w/a": "2",
    });
  });

  test("a foreign commit in our part is taken back and reported", async () => {
    const { repository, others, path } = await fixture(driver);
    await publish(repository, 1, { a: "1", b: "1", c: "1" });
    await foreignCommit(others, {
      "hosts/w/a": "theirs",
      "hosts/w/b": null,
      "hosts/w/new": "x",
      "hosts/w/c": "2",
    });
    const outcome = await publish(repository, 2, { a: "1", b: "1", c: "2", d: "1" });
    expect(outcome).toMatchObject({ drift: ["hosts/w/a", "hosts/w/b", "hosts/w/new"] });
    expect(await readBranch(path)).toEqual({
      "hosts/w/a": "1",
      "hosts/w/b": "1",
      "hosts/w/c": "2",
      "hosts/w/d": "1",
    });
  });

  test("drift is taken back without a new revision as well", async () => {
    const { repository, others, path } = await fixture(driver);
    await publish(repository, 4, { a: "1" });
    await foreignCommit(others, { hosts: null, "hosts/w/a": "theirs" });
    expect(await publish(repository, 4, { a: "1" })).toMatchObject({
      kind: "published",
      drift: ["hosts/w/a"],
    });
    expect(await readBranch(path)).toEqual({ "hosts/w/a": "1" });
    expect(await publish(repository, 4, { a: "1" })).toMatchObject({ kind: "unchanged" });
  });

  test("something else in the place of our part gives way", async () => {
    const { repository, others, path } = await fixture(driver);
    await foreignCommit(others, { hosts: "a file" });
    expect(await publish(repository, 1, { a: "1" })).toMatchObject({ drift: ["hosts"] });
    expect(await readBranch(path)).toEqual({ "hosts/w/a": "1" });
  });

  test("a writer paused at 90 that wakes when the tip is at 100 writes nothing", async () => {
    const { repository, others, reopen, path } = await fixture(driver);
    const paused = await reopen();
    await publish(paused, 80, { a: "80" });
    await publish(repository, 100, { a: "100" });
    const tip = commitOf({ ...(await publish(repository, 100, { a: "100" })) });
    expect(await publish(paused, 90, { a: "90" })).toEqual({
      kind: "behind",
      commit: tip,
      tipRevision: 100,
    });
    const beside = await foreignCommit(others, { "README.md": "x" });
    expect(await publish(paused, 90, { a: "90" })).toMatchObject({
      kind: "behind",
      commit: beside,
    });
    expect(await soundCommits(path)).toBe(3);
  });

  test("a writer overtaken between its commit and its push writes nothing", async () => {
    const { repository, reopen, path } = await fixture(driver);
    await publish(repository, 80, { a: "80" });
    const slow = await reopen();
    const overtaken = intercept(slow, async () => {
      await publish(repository, 100, { a: "100" });
    });
    expect(await publish(overtaken, 90, { a: "90" })).toMatchObject({
      kind: "behind",
      tipRevision: 100,
    });
    expect(await soundCommits(path)).toBe(2);
  });

  test("a push rejected twice is built anew on what others pushed", async () => {
    const { repository, others, path } = await fixture(driver);
    const pauses: number[] = [];
    let pushes = 0;
    const contended = intercept(repository, async () => {
      pushes += 1;
      if (pushes <= 2) await foreignCommit(others, { [`docs/${pushes}`]: "x" });
    });
    const outcome = await publish(
      contended,
      1,
      { a: "1" },
      {
        pauseBefore: (attempt) => Promise.resolve(void pauses.push(attempt)),
      },
    );
    expect(outcome).toMatchObject({ kind: "published", drift: [] });
    expect(pauses).toEqual([2, 3]);
    expect(await readBranch(path)).toEqual({ "docs/1": "x", "docs/2": "x", "hosts/w/a": "1" });
  });

  test("a push that is rejected again and again is given up for now", async () => {
    const { repository, others } = await fixture(driver);
    let pushes = 0;
    const contended = intercept(repository, async () => {
      await foreignCommit(others, { x: String((pushes += 1)) });
    });
    await expect(publish(contended, 1, { a: "1" })).rejects.toMatchObject({
      code: "push-contended",
      next: "retry",
    });
    expect(pushes).toBe(PUBLISH_TRIES_MAX);
  });

  test("a forced push that takes our last commit away is noticed and built upon", async () => {
    const { repository, others, path } = await fixture(driver);
    const first = commitOf(await publish(repository, 1, { a: "1" }));
    const second = commitOf(await publish(repository, 2, { a: "2", b: "1" }));
    await forceBranch(path, first);
    const outcome = await publish(repository, 3, { a: "3", b: "1" }, { lastCommit: second });
    expect(outcome).toMatchObject({ kind: "published", historyRewritten: true, drift: [] });
    const unrelated = await writeFiles(others, null, { "hosts/w/z": "?", x: "1" });
    await forceBranch(path, unrelated);
    const last = commitOf(outcome);
    expect(await publish(repository, 3, { a: "3", b: "1" }, { lastCommit: last })).toMatchObject({
      historyRewritten: true,
      drift: ["hosts/w/z"],
    });
    expect(await readBranch(path)).toEqual({ "hosts/w/a": "3", "hosts/w/b": "1", x: "1" });
  });

  test("without a rewrite none is reported", async () => {
    const { repository, others } = await fixture(driver);
    const first = commitOf(await publish(repository, 1, { a: "1" }));
    await foreignCommit(others, { x: "1" });
    const next = await publish(repository, 2, { a: "2" }, { lastCommit: first });
    expect(next).toMatchObject({ historyRewritten: false });
  });

  test("a trailer that a squash merge copied onto another tree is not believed", async () => {
    const { repository, others, path } = await fixture(driver);
    await publish(repository, 1, { a: "1" });
    await publish(repository, 100, { a: "100" });
    const message = (await others.tip())?.message ?? "";
    const base = (
      await others.commitsSaying("Titan-Revision: 1", (await others.tip())?.commit ?? "", 9)
    ).at(-1);
    const squashed = await writeFiles(
      others,
      base?.commit ?? null,
      { "hosts/w/a": "odd" },
      message,
    );
    await forceBranch(path, squashed);
    expect(await publish(repository, 50, { a: "50" })).toMatchObject({
      kind: "published",
      drift: ["hosts/w/a"],
    });
    expect(await readBranch(path)).toEqual({ "hosts/w/a": "50" });
  });

  test("a squash merge that kept our tree counts as what it says", async () => {
    const { repository, others, path } = await fixture(driver);
    await publish(repository, 100, { a: "100" });
    const message = (await others.tip())?.message ?? "";
    const files = { "hosts/w/a": "100", x: "1" };
    await forceBranch(path, await writeFiles(others, null, files, message));
    expect(await publish(repository, 90, { a: "90" })).toMatchObject({ kind: "behind" });
  });

  test("the tree of another installation is refused until an operator accepts that one", async () => {
    const { repository, others, path } = await fixture(driver);
    await publish(repository, 500, { a: "theirs" }, { installation: "theirs" });
    await foreignCommit(others, { x: "1" });
    const refused = { code: "foreign-installation", next: "reject" };
    await expect(publish(repository, 3, { a: "1" })).rejects.toMatchObject(refused);
    const other = { acceptedInstallation: "others" };
    await expect(publish(repository, 3, { a: "1" }, other)).rejects.toMatchObject(refused);
    const accepted = await publish(repository, 3, { a: "1" }, { acceptedInstallation: "theirs" });
    expect(accepted).toMatchObject({ kind: "published", drift: ["hosts/w/a"] });
    expect(await publish(repository, 4, { a: "2" })).toMatchObject({ kind: "published" });
    expect(await readBranch(path)).toEqual({ "hosts/w/a": "2", x: "1" });
  });

  test("a writer killed between its commit and its push resumes without a second commit", async () => {
    const { repository, reopen, path } = await fixture(driver);
    await publish(repository, 1, { a: "1" });
    const killed = intercept(repository, () => Promise.reject(new Error("killed")));
    await expect(publish(killed, 2, { a: "2" })).rejects.toThrow("killed");
    expect(await publish(await reopen(), 2, { a: "2" })).toMatchObject({ kind: "published" });
    expect(await soundCommits(path)).toBe(2);
  });

  test("a push whose answer was lost is not repeated", async () => {
    const { repository, reopen, path } = await fixture(driver);
    const deaf = intercept(repository, () => Promise.reject(new Error("lost")), "after");
    await expect(publish(deaf, 2, { a: "2" })).rejects.toThrow("lost");
    expect(await publish(await reopen(), 2, { a: "2" })).toMatchObject({ kind: "unchanged" });
    expect(await soundCommits(path)).toBe(1);
  });

  test("two writers of one revision at once make one commit", async () => {
    const { repository, reopen, path } = await fixture(driver);
    const twin = intercept(await reopen(), async () => {
      await publish(repository, 2, { a: "2" });
    });
    expect(await publish(twin, 2, { a: "2" })).toMatchObject({ revision: 2 });
    expect(await soundCommits(path)).toBe(1);
  });
});

test("bytes that do not fit their id are not committed", async () => {
  const { repository, others } = await fixture("folder");
  await expect(
    publish(repository, 1, { a: "1" }, { contentOf: () => Buffer.from("2") }),
  ).rejects.toMatchObject({ code: "content-differs" });
  expect(await others.tip()).toBeNull();
});

test("a path outside our part is refused", async () => {
  const { repository } = await fixture("folder");
  const desired = new Map([
    ["README.md", { mode: "100644", oid: blobOid(Buffer.from("")) }],
  ] as const);
  await expect(publish(repository, 1, {}, { desired })).rejects.toMatchObject({
    code: "path-refused",
  });
});

/** The repository with something happening just before (or after) each push. */
function intercept(
  repository: GitRepository,
  action: () => Promise<void>,
  when: "before" | "after" = "before",
): GitRepository {
  return new Proxy(repository, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      if (key !== "publish") return member.bind(target) as unknown;
      return async (commit: string, expectedTip: string | null) => {
        if (when === "before") await action();
        const outcome = await target.publish(commit, expectedTip);
        if (when === "after") await action();
        return outcome;
      };
    },
  });
}
