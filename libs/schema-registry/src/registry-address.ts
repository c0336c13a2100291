/** Where an external registry is, and who we are to it. */
export interface RegistryAddress {
  /** Without a slash at the end, and without user and password. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
}

export const REGISTRY_ADDRESS_FORM = "http(s)://[user:password@]host[:port][/path]";

/** Undefined for what is no such address. */
export function registryAddress(text: string): RegistryAddress | undefined {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, host, pathname, username, password, search, hash } = new URL(text);
  if (search !== "" || hash !== "") return undefined;
  const url = `${protocol}//${host}${pathname.replace(/\/+$/, "")}`;
  if (username === "" && password === "") return { url };
  try {
    return { url, user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}
