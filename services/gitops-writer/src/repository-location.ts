import { isAbsolute, resolve } from "node:path";
import { GitError } from "./git-error.ts";

/**
 * Where the repository is. A credential written into an https URL is taken out: it travels as a
 * header that git reads from its environment, because arguments are open to every user of the
 * machine. `name` may be shown and logged.
 */
export type RepositoryLocation =
  | { readonly kind: "folder"; readonly path: string; readonly name: string }
  | {
      readonly kind: "remote";
      readonly scheme: "file" | "ssh" | "https";
      readonly url: string;
      readonly name: string;
      /** Value of the Authorization header; null when the URL held no credential. */
      readonly authorization: string | null;
    };

const SCP_LIKE = /^[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9.[\]_:-]+?:(?!:)[^:]/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Reads a folder, a `file:`, `ssh:` or `https:` URL, or `user@host:path`. Anything else is refused:
 * what begins with `-` git would take for an option, and `ext::` or another helper runs commands.
 */
export function parseLocation(text: string): RepositoryLocation {
  if (text === "" || CONTROL.test(text)) {
    throw new GitError(
      "unsafe-argument",
      "The repository's location is empty or holds control characters.",
    );
  }
  refuseOption("repository", text);
  if (/^[A-Za-z0-9+.-]+::/.test(text)) {
    throw new GitError(
      "protocol-refused",
      "Remote helpers (name::address) are not allowed. Use a folder, file:, ssh: or https:.",
    );
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return parseUrl(text);
  if (SCP_LIKE.test(text)) {
    refuseOption("host", text.slice(text.indexOf("@") + 1));
    refuseOption("path", text.slice(text.indexOf(":") + 1));
    return { kind: "remote", scheme: "ssh", url: text, name: text, authorization: null };
  }
  if (/^[^/]*:/.test(text) && !isAbsolute(text)) {
    throw new GitError(
      "protocol-refused",
      "host:path is ambiguous. Write ssh://host/path, or ./path for a folder.",
    );
  }
  const path = resolve(text);
  return { kind: "folder", path, name: path };
}

function parseUrl(text: string): RepositoryLocation {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new GitError("unsafe-argument", "The repository's URL can not be read.");
  refuseOption("host", safeDecode(url.hostname));
  refuseOption("user", safeDecode(url.username));
  switch (url.protocol) {
    case "https:":
      return withoutCredential(url);
    case "ssh:":
      if (url.password !== "") {
        throw new GitError("unsafe-argument", "An ssh: URL holds no password. Use a key.");
      }
      return { kind: "remote", scheme: "ssh", url: text, name: text, authorization: null };
    case "file:":
      if (url.hostname !== "" && url.hostname !== "localhost") {
        throw new GitError("unsafe-argument", "A file: URL names no other machine.");
      }
      return { kind: "remote", scheme: "file", url: text, name: text, authorization: null };
    default:
      throw new GitError(
        "protocol-refused",
        `${url.protocol} is not allowed. Use a folder, file:, ssh: or https:.`,
      );
  }
}

function withoutCredential(url: URL): RepositoryLocation {
  const { username, password } = url;
  url.username = "";
  url.password = "";
  const credential = `${safeDecode(username)}:${safeDecode(password)}`;
  return {
    kind: "remote",
    scheme: "https",
    url: url.href,
    name: url.href,
    authorization:
      credential === ":" ? null : `Basic ${Buffer.from(credential, "utf8").toString("base64")}`,
  };
}

/** A percent sign that encodes nothing stands for itself. */
function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Git would take it for an option, ssh for one of its own. */
function refuseOption(what: string, text: string): void {
  if (text.startsWith("-")) {
    throw new GitError("unsafe-argument", `The ${what} must not begin with a hyphen.`);
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const BRANCH_REFUSED = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|^[./-]|[./]$/;

/** Git's own rules for a branch name, checked before it becomes part of an argument. */
export function checkBranch(branch: string): void {
  if (branch === "" || branch === "@" || BRANCH_REFUSED.test(branch)) {
    throw new GitError("unsafe-argument", `"${branch}" is not a usable branch name.`);
  }
}
