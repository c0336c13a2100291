/** A line beyond this is no record: one has at most 900 KiB, and a few times that as JSON. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

/** Cuts chunks into lines. What follows the last line feed is a line too, if it holds anything. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString("utf8");
      parts = [];
      bytes = 0;
      start = end + 1;
    }
    bytes += chunk.length - start;
    if (bytes > LINE_BYTES_MAX) throw new Error(`a line has over ${LINE_BYTES_MAX} bytes`);
    parts.push(chunk.subarray(start));
  }
  const rest = Buffer.concat(parts).toString("utf8");
  if (rest !== "") yield rest;
}
