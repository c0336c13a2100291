import { expect, test } from "vitest";
import { checkBranch, parseLocation } from "./repository-location.ts";

test("a folder is made absolute, also from a relative path", () => {
  expect(parseLocation("/srv/git")).toEqual({ kind: "folder", path: "/srv/git", name: "/srv/git" });
  expect(parseLocation("./x")).toMatchObject({ kind: "folder", path: `${process.cwd()}/x` });
});

test.each([
  ["https://example.com/a.git", "https"],
  ["ssh://git@example.com:22/a.git", "ssh"],
  ["git@example.com:team/a.git", "ssh"],
  ["file:///srv/a.git", "file"],
])("%s is reached by %s", (text, scheme) => {
  expect(parseLocation(text)).toMatchObject({ kind: "remote", scheme });
});

test("a credential in the URL moves to the header and shows in neither URL nor name", () => {
  const location = parseLocation("https://me:p%40ss@example.com/a.git");
  expect(location).toEqual({
    kind: "remote",
    scheme: "https",
    url: "https://example.com/a.git",
    name: "https://example.com/a.git",
    authorization: `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
  });
});

test.each([
  "--upload-pack=touch /tmp/x",
  "-x",
  "ssh://-oProxyCommand=x/y",
  "ssh://-oProxyCommand=x@host/y",
  "git@-oProxyCommand:x",
  "git@host:-x",
  "",
  "a\nb",
])("%j is refused as unsafe", (text) => {
  expect(() => parseLocation(text)).toThrow(expect.objectContaining({ next: "reject" }));
});

test.each(["ext::sh -c touch% /tmp/x", "fd::17", "http://h/a", "git://h/a", "host:path", "foo::x"])(
  "%s is refused for its protocol",
  (text) => {
    expect(() => parseLocation(text)).toThrow(
      expect.objectContaining({ code: "protocol-refused" }),
    );
  },
);

test("a refused URL is not repeated in the message with its password", () => {
  for (const text of ["ssh://u:hunter2@host/x", "git://u:hunter2@host/x", "https://u:hunter2@[x"]) {
    expect(() => parseLocation(text)).toThrow(expect.not.stringContaining("hunter2") as Error);
  }
});

test("branch names are held to git's rules", () => {
  for (const good of ["main", "env/prod", "a-b.c"]) checkBranch(good);
  for (const bad of [
    "-d",
    "",
    "a..b",
    "a b",
    "a.lock",
    "a/",
    "/a",
    "a//b",
    "@",
    "a@{1}",
    "a/.b",
    "x\0",
  ]) {
    expect(() => checkBranch(bad), bad).toThrow(
      expect.objectContaining({ code: "unsafe-argument" }),
    );
  }
});
