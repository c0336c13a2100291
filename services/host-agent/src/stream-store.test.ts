import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type StoredStream, StreamStore } from "./stream-store.ts";
import { Crash, MemoryDisk } from "./testing/memory-disk.ts";

const STREAM = "titan.deployment.iot.prod";
const FILE = `/var/state/streams/${STREAM}.json`;

const at = (revision: number, stream = STREAM): StoredStream<unknown> => ({
  installation: "inst",
  stream,
  revision,
  state: new Map<string, unknown>([
    ["iot/prod", { revision, bytes: Uint8Array.of(0, 255), nothing: null }],
    ["iot/b", null],
  ]),
});

const open = (disk: MemoryDisk): Promise<StreamStore<unknown>> =>
  StreamStore.open(disk, "/var/state", (value) => value);

test("what is saved is loaded, bytes included, after a start", async () => {
  const disk = new MemoryDisk();
  const store = await open(disk);
  expect(await store.load(STREAM)).toEqual({ kind: "absent" });
  await store.save(at(7));
  const again = await open(disk.restart(null, () => false));
  expect(await again.load(STREAM)).toEqual({ kind: "stored", stored: at(7) });
});

test("a stream is forgotten together with its state, and forgetting twice is harmless", async () => {
  const disk = new MemoryDisk();
  const store = await open(disk);
  await store.save(at(7));
  await store.save(at(7, "titan.host.default.pi"));
  expect(await store.streams()).toEqual([STREAM, "titan.host.default.pi"]);
  await store.forget(STREAM);
  await store.forget(STREAM);
  const again = await open(disk.restart(null, () => false));
  expect(await again.load(STREAM)).toEqual({ kind: "absent" });
  expect(await again.streams()).toEqual(["titan.host.default.pi"]);
});

test("a crash or power cut at any effect leaves the old cut or the new one", async () => {
  const origin = new MemoryDisk();
  await (await open(origin)).save(at(7));
  const seen = new Set<number>();
  for (const how of ["before", "torn", "after"] as const) {
    for (const keeps of [() => true, () => false]) {
      for (let effect = 1; ; effect += 1) {
        const disk = origin.restart({ effect, how });
        const saved = await open(disk)
          .then((store) => store.save(at(8)))
          .then(
            () => true,
            (error: unknown) => {
              if (!(error instanceof Crash)) throw error;
              return false;
            },
          );
        const next = disk.restart(null, keeps);
        const content = await (await open(next)).load(STREAM);
        if (content.kind !== "stored") throw new Error(`effect ${effect}: ${content.kind}`);
        expect(content.stored).toEqual(at(content.stored.revision));
        seen.add(content.stored.revision);
        expect(Object.keys(next.contents())).toEqual([FILE]);
        if (!saved) continue;
        expect(content.stored.revision).toBe(8);
        break;
      }
    }
  }
  expect(seen).toEqual(new Set([7, 8]));
});

test("a full disk keeps the old cut, says so, and leaves nothing behind", async () => {
  const origin = new MemoryDisk();
  await (await open(origin)).save(at(7));
  const disk = origin.restart({ effect: 1, how: "disk-full" });
  const store = await open(disk);
  await expect(store.save(at(8))).rejects.toMatchObject({ code: "disk-full" });
  expect(await store.load(STREAM)).toMatchObject({ stored: { revision: 7 } });
  expect(Object.keys(disk.contents())).toEqual([FILE]);
  await store.save(at(8));
  expect(await store.load(STREAM)).toMatchObject({ stored: { revision: 8 } });
});

test("every single flipped or missing byte makes the file damaged, never something else", async () => {
  const disk = new MemoryDisk();
  const store = await open(disk);
  await store.save(at(7));
  const good = await disk.read(FILE);
  for (let index = 0; index < good.length; index += 1) {
    const flipped = good.slice();
    flipped[index] = (flipped[index] ?? 0) ^ 1;
    for (const bytes of [flipped, good.slice(0, index)]) {
      await disk.unlink(FILE);
      await disk.createSynced(FILE, bytes, 0o600);
      expect(await store.load(STREAM), `byte ${index}`).toMatchObject({ kind: "damaged" });
    }
  }
  await store.save(at(8));
  expect(await store.load(STREAM)).toMatchObject({ kind: "stored" });
});

test.each([
  ["no object", "[]"],
  ["no revision", `{"installation":"i","stream":"${STREAM}","state":[]}`],
  ["another stream", `{"installation":"i","stream":"x","revision":1,"state":[]}`],
  ["no state", `{"installation":"i","stream":"${STREAM}","revision":1,"state":{}}`],
  [
    "a key that is no text",
    `{"installation":"i","stream":"${STREAM}","revision":1,"state":[[1,2]]}`,
  ],
])("a sealed file with %s is damaged", async (_, body) => {
  const disk = new MemoryDisk();
  const store = await open(disk);
  await disk.createSynced(FILE, sealed("titan stream 1", body), 0o600);
  expect(await store.load(STREAM)).toMatchObject({ kind: "damaged" });
});

test("a value that can not be decoded makes the file damaged", async () => {
  const disk = new MemoryDisk();
  await (await open(disk)).save(at(7));
  const strict = await StreamStore.open(disk, "/var/state", () => {
    throw new TypeError("no such value");
  });
  expect(await strict.load(STREAM)).toEqual({ kind: "damaged", reason: "no such value" });
});

test("a file that a newer agent wrote is refused with what to do", async () => {
  const disk = new MemoryDisk();
  const store = await open(disk);
  await disk.createSynced(FILE, sealed("titan stream 2", "???"), 0o600);
  await expect(store.load(STREAM)).rejects.toMatchObject({
    code: "newer-format",
    message: expect.stringContaining("newer agent") as string,
  });
});

test.each(["host:default/pi", "../../etc/passwd", ".", "..", "A", "a%b", "ü\0"])(
  "the stream named %j gets a file of its own in the folder",
  async (stream) => {
    const disk = new MemoryDisk();
    const store = await open(disk);
    await store.save(at(1, stream));
    expect(await store.streams()).toEqual([stream]);
    expect(await store.load(stream)).toMatchObject({ stored: { stream } });
    const [file = ""] = Object.keys(disk.contents());
    expect(file).toMatch(/^\/var\/state\/streams\/[a-z0-9%_-][a-z0-9%._-]*\.json$/);
  },
);

test("a name that fits no file is a bug", async () => {
  const store = await open(new MemoryDisk());
  await expect(store.load("")).rejects.toThrow(RangeError);
  await expect(store.load("x".repeat(231))).rejects.toThrow(RangeError);
});

function sealed(head: string, body: string): Uint8Array {
  const sum = createHash("sha256").update(`${head}\n`).update(body).digest("hex");
  return Buffer.from(`${head} ${sum}\n${body}`);
}
