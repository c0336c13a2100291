/**
 * Takes the user and password out of every URL in a text, and the value of an Authorization header.
 * Up to the last `@` before a slash or blank, because passwords may hold one themselves.
 */
export function redactCredentials(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/'"]*@/gi, "$1")
    .replaceAll(/(authorization:\s*)\S+(\s+[A-Za-z0-9+/=_-]+)?/gi, "$1***");
}
