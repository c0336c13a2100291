/** What of the surrounding environment git may see: how to find programs, keys and proxies. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "GIT_SSH_COMMAND",
  "GIT_ASKPASS",
  "GIT_SSL_CAINFO",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTPS_PROXY",
  "https_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
] as const;

/**
 * The environment for `GitCommand`, made from the process's own. Variables that would point git at
 * another repository, turn on traces (which print credentials) or run programs are left out.
 */
export function gitEnvironment(
  ambient: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {
    // BatchMode: ssh fails where it would ask.
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes",
    GIT_ASKPASS: "",
  };
  for (const name of PASSED_ON) {
    const value = ambient[name];
    if (value !== undefined) environment[name] = value;
  }
  return {
    ...environment,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "file:ssh:https",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    // Messages are recognised by their English wording.
    LC_ALL: "C",
  };
}
