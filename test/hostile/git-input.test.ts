import { isAbsolute } from "node:path";
import { HostTree, GitError } from "@titan/gitops-writer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCommitObject } from "../../services/gitops-writer/src/commit-object.ts";
import { decodeRows, quotePath } from "../../services/gitops-writer/src/path-bytes.ts";
import { readPushAnswer } from "../../services/gitops-writer/src/push-answer.ts";
import { redactCredentials } from "../../services/gitops-writer/src/redact-credentials.ts";
import {
  checkBranch,
  parseLocation,
} from "../../services/gitops-writer/src/repository-location.ts";
import { git, scratchFolder } from "../../services/gitops-writer/src/testing/git-fixture.ts";
import { parseTreeClaim, treeCommitMessage } from "../../services/gitops-writer/src/tree-commit.ts";
import { CASES, expectInProportion, tryAll } from "./cases.ts";
import { hostileText, mutated, randomness, sentences } from "./hostile-values.ts";

const LOCATION_WORDS = [
  "https://",
  "ssh://",
  "file://",
  "http://",
  "ext::",
  "git@",
  "user:pa%zzss@",
  "user:s3cr3t@",
  "%zz",
  "host",
  ".example",
  ":22",
  ":",
  "/path",
  "/",
  "-",
  "--upload-pack=x",
  "..",
  "~",
  "[::1]",
  "@",
  "%2d",
] as const;

test(`${CASES} locations are a repository without credentials or options, or a GitError`, () => {
  tryAll(fc.oneof(sentences(LOCATION_WORDS, 8), hostileText), (text) => {
    try {
      const location = parseLocation(text);
      if (location.kind === "folder") {
        expect(isAbsolute(location.path)).toBe(true);
        return;
      }
      if (location.url.startsWith("-")) throw new Error("an option");
      if (location.scheme !== "https") return;
      for (const shown of [location.url, location.name]) {
        if (new URL(shown).password !== "") throw new Error("a password");
      }
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      if (error.message.includes("s3cr3t")) throw new Error("a secret is told", { cause: error });
    }
  });
});

const BRANCH_WORDS = [
  "a",
  "main",
  "/",
  ".",
  "..",
  ".lock",
  "@",
  "@{",
  "-",
  " ",
  "~",
  "^",
  ":",
  "?",
  "*",
  "[",
  "\\",
  "é",
];

test(`${CASES} branch names are usable or a GitError, and git takes those that are`, async () => {
  const usable = new Set<string>();
  tryAll(fc.oneof(sentences(BRANCH_WORDS, 6), hostileText), (name) => {
    try {
      checkBranch(name);
      if (name.isWellFormed() && usable.size < 300) usable.add(name);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
    }
  });
  expect(usable.size).toBe(300);
  const refused: string[] = [];
  for (const name of usable) {
    const args = ["check-ref-format", `refs/heads/${name}`];
    const { exit } = await git.run({ args, answers: [1] });
    if (exit !== 0) refused.push(name);
  }
  expect(refused).toEqual([]);
});

test("2000 hostile paths come back from git as they went in, and nothing else does", async () => {
  const folder = await scratchFolder();
  await git.run({ args: ["init", "--quiet", "--bare", "--template=", folder] });
  const segment = hostileText.map((text) => text.replaceAll(/[\0/]/g, "_").toWellFormed());
  const usable = segment.filter((name) => !/^(\.{0,2}|\.git)$/i.test(name) && name.length < 200);
  const names = new Set(fc.sample(usable, { numRuns: 2_000, seed: 7 }));
  const paths = [...names].map((name, at) => `hosts/${at}/${name}`).sort();
  const stream = [
    "feature done\ncommit refs/heads/main\nmark :1\ncommitter a <a@b> 1 +0000\ndata 0\n\n",
    ...paths.map((path) => `M 100644 inline ${quotePath(path)}\ndata 1\nx\n`),
    "done\n",
  ].join("");
  const input = [Buffer.from(stream)];
  await git.run({ gitDir: folder, args: ["fast-import", "--quiet", "--done"], input });
  const args = ["ls-tree", "-r", "-z", "--name-only", "main"];
  const { stdout } = await git.run({ gitDir: folder, args });
  expect([...decodeRows(stdout)].sort()).toEqual(paths);
});

test(`${CASES} rows of bytes that are no text keep every byte`, () => {
  tryAll(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 5 }),
    (rows) => {
      const whole = Buffer.from(rows.flatMap((row) => [...row.filter((byte) => byte !== 0), 0]));
      const expected = rows.filter((row) => row.some((byte) => byte !== 0)).length;
      const decoded = decodeRows(whole);
      expect(decoded).toHaveLength(expected);
      for (const row of decoded) expect(quotePath(row)).toMatch(/^"[^\n]*"$/);
    },
    CASES,
  );
});

const HOST = "default/h";
const DEPLOYMENT = "default/d";

test(`${CASES} lists of paths are files below their deployment, or none`, () => {
  const path = sentences(["a", "b", "/", "..", ".", ".git", "\\", "\0", "C:", " "], 6);
  tryAll(
    fc.array(path, { maxLength: 4 }),
    (paths) => {
      const tree = new HostTree();
      const bytes = Buffer.from("x");
      const { problem } = tree.set(
        HOST,
        DEPLOYMENT,
        paths.map((each) => ({ path: each, executable: false, bytes })),
      );
      const written = [...tree.entries.keys()];
      if (problem !== null) expect(written).toEqual([]);
      for (const each of written) {
        if (!each.startsWith(`hosts/${HOST}/`) || /(^|\/)\.{1,2}(\/|$)/.test(each)) {
          throw new Error(`${each} lies elsewhere`);
        }
      }
    },
    CASES,
  );
});

test(`${CASES} names of hosts and deployments that are none make no path`, () => {
  tryAll(
    sentences(["default", "h", "/", "..", "."], 5),
    (name) => {
      const tree = new HostTree();
      try {
        tree.set(name, DEPLOYMENT, [{ path: "a", executable: false, bytes: Buffer.from("") }]);
        expect(name).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        expect(tree.entries.size).toBe(0);
      }
    },
    CASES,
  );
});

test(`${CASES} messages made of hostile names claim what is true and nothing else`, () => {
  const trailer = sentences(
    [
      "\n",
      "\r\n",
      "Titan-Revision: 9",
      "Titan-Tree: ",
      "0".repeat(40),
      "\n\n",
      "\u2028",
      "x",
      ": ",
    ],
    8,
  );
  tryAll(
    fc.tuple(fc.array(trailer, { maxLength: 4 }), fc.array(trailer, { maxLength: 4 }), fc.nat()),
    ([actors, hosts, number]) => {
      const claim = { installation: "one", revision: number + 1, treeOid: "a".repeat(40) };
      const message = treeCommitMessage({
        ...claim,
        filesWritten: 1,
        filesRemoved: 0,
        hosts,
        changeIds: actors,
        actors,
      });
      expect(parseTreeClaim(message)).toEqual(claim);
    },
    CASES,
  );
});

test(`${CASES} messages of others' commits are a claim or none`, () => {
  const words = [
    "Titan-Revision: 1",
    "Titan-Installation: x",
    `Titan-Tree: ${"a".repeat(40)}`,
    "\n",
    "\n\n",
    "\r\n",
  ];
  tryAll(fc.oneof(sentences(words, 10), hostileText), (message) => {
    const claim = parseTreeClaim(message);
    if (claim !== null) expect(claim.treeOid).toHaveLength(40);
  });
});

const COMMIT = `tree ${"a".repeat(40)}\nparent ${"b".repeat(40)}\nauthor A <a@b> 1700000000 +0000\ncommitter A <a@b> 1 +0000\n\nmessage\n`;

test(`${CASES} changed commits are read or a GitError`, () => {
  tryAll(randomness, (random) => {
    const text = Buffer.from(mutated(Buffer.from(COMMIT), random)).toString("utf8");
    try {
      parseCommitObject("c".repeat(40), text);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
    }
  });
});

test(`${CASES} answers to a push are read or a GitError without the password`, () => {
  const words = [
    "!\t",
    "refs/heads/main",
    "[rejected]",
    "[remote rejected]",
    " (fetch first)",
    "\n",
    "https://u:s3cr3t@h/x",
    "authorization: Basic s3cr3t",
  ];
  tryAll(
    fc.tuple(sentences(words, 8), sentences(words, 8), fc.integer({ min: 0, max: 128 })),
    ([out, stderr, exit]) => {
      try {
        readPushAnswer({ exit, stdout: Buffer.from(out), stderr }, "repository");
      } catch (error) {
        if (!(error instanceof GitError)) throw error;
      }
    },
    CASES,
  );
});

test(`${CASES} texts with a password in a URL or a header lose it`, () => {
  const around = sentences([" ", "\n", "fatal: ", "'", "abc", "://", "@", "https://"], 5);
  tryAll(
    fc.tuple(
      around,
      around,
      fc.constantFrom(
        "https://u:s3cr3t@h",
        "ssh://s3cr3t@h",
        "Authorization: Basic s3cr3t",
        "authorization:s3cr3t",
      ),
    ),
    ([before, after, secret]) => {
      const shown = redactCredentials(`${before} ${secret}${after}`);
      if (shown.includes("s3cr3t")) throw new Error(shown);
    },
    CASES,
  );
});

test.each([
  "a",
  "a:",
  "://",
  "@",
  "authorization:",
  "authorization: ",
  "Unable to create '",
  "transport '",
  "object file ",
  "x: y\n",
  "[remote rejected]",
])("what a server says in nothing but %j takes time in proportion to its length", (part) => {
  const textOf = (size: number): string => part.repeat(size / part.length);
  expectInProportion(4_000, textOf, (said) => GitError.fromGit("push", 1, said));
  expectInProportion(4_000, textOf, parseTreeClaim);
  expectInProportion(4_000, textOf, (text) => {
    readPushAnswer({ exit: 0, stdout: Buffer.from(text), stderr: "" }, "r");
    decodeRows(Buffer.from(text));
  });
});
