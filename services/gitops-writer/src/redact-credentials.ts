/**
 * Takes the user and password out of every URL in a text, and the value of an Authorization header.
 * Up to the last `@` before a slash or blank, because passwords may hold one themselves. A scheme is
 * short: without a limit a server that says 64 KiB of letters takes seconds.
 */
export function redactCredentials(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]{0,31}:\/\/)[^\s/'"]*@/gi, "$1")
    .replaceAll(/(authorization:\s*)\S+(\s+[A-Za-z0-9+/=_-]+)?/gi, "$1***");
}
