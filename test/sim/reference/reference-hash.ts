import { createHash } from "node:crypto";

/** Kafka's murmur2 (seed 0x9747b28c) in whole numbers of 32 bits, one step after the other. */
export function murmur2(text: string): number {
  const bytes = Buffer.from(text, "utf8");
  const m = 0x5bd1e995n;
  const low = 0xffffffffn;
  let h = (0x9747b28cn ^ BigInt(bytes.length)) & low;
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) {
    let k = BigInt(bytes.readUInt32LE(at));
    k = (k * m) & low;
    k ^= k >> 24n;
    k = (k * m) & low;
    h = ((h * m) & low) ^ k;
  }
  const rest = bytes.subarray(whole);
  for (let at = rest.length - 1; at >= 0; at -= 1) h ^= BigInt(rest[at] ?? 0) << BigInt(8 * at);
  if (rest.length > 0) h = (h * m) & low;
  h ^= h >> 13n;
  h = (h * m) & low;
  return Number((h ^ (h >> 15n)) & low);
}

/** The weight of a pair: both keys hashed and finished as murmur3 does, mixed, and finished again. */
export function rendezvousWeight(deployment: string, host: string): number {
  const mixed = (BigInt(finish(murmur2(deployment))) * 0x9e3779b1n) & 0xffffffffn;
  return finish(Number(mixed ^ BigInt(finish(murmur2(host)))));
}

function finish(value: number): number {
  const low = 0xffffffffn;
  let mixed = BigInt(value);
  mixed = ((mixed ^ (mixed >> 16n)) * 0x85ebca6bn) & low;
  mixed = ((mixed ^ (mixed >> 13n)) * 0xc2b2ae35n) & low;
  return Number(mixed ^ (mixed >> 16n));
}

interface DigestedFile {
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: Uint8Array | null;
  readonly pieces: readonly {
    readonly text: string | null;
    readonly label: string | null;
  }[];
}

/** SHA-256 over kind, length and content of every part: paths, modes and pieces in order. */
export function digestOf(files: readonly DigestedFile[]): string {
  const parts: [string, string | Uint8Array][] = [
    ["D", "titan rendered files 1"],
    ["F", String(files.length)],
  ];
  for (const { path, executable, bytes, pieces } of files) {
    parts.push(["p", path], ["m", executable ? "executable" : "plain"]);
    if (bytes !== null) parts.push(["b", bytes]);
    else {
      parts.push(["P", String(pieces.length)]);
      for (const { text, label } of pieces) {
        if (text !== null) parts.push(["t", text]);
        else parts.push(label === null ? ["h", ""] : ["l", label]);
      }
    }
  }
  const hash = createHash("sha256");
  for (const [kind, content] of parts) {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(5);
    header.write(kind, 0);
    header.writeUInt32BE(bytes.length, 1);
    hash.update(header).update(bytes);
  }
  return hash.digest("hex");
}
