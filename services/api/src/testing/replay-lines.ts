/** The lines of a replay over a real connection. */
export async function replayLines(
  url: string,
  token: string,
  stream: string,
  query = "",
): Promise<readonly string[]> {
  const response = await fetch(`${url}/v1/streams/${stream}${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text.split("\n").filter((line) => line !== "");
}
