import { expect, test } from "vitest";
import { Appender } from "./appender.ts";
import type { Cluster } from "./cluster.ts";
import type { RawRequest } from "./raw-exchange.ts";
import { decodeRecordBatches } from "./record-batch.ts";
import { WireWriter } from "./wire.ts";

const LEADER = 1;
/** So large that a record batch takes one of them. */
const LARGE_BYTES = 600_000;

/** A broker with one partition; after each append somebody else writes so many records. */
function appenderTo(others: number): Appender {
  let end = 0;
  const callRaw = async <Answer>({ body, read }: RawRequest<Answer>): Promise<Answer> => {
    const { records } = decodeRecordBatches(body.at(-1) ?? Buffer.of(), 0);
    const answer = new WireWriter().int32(1).text("t").int32(1).int32(0).int16(0).int64(end);
    end += records.length + others;
    return read(answer.int64(-1).int64(0).int32(0).bytes);
  };
  const cluster = { options: {}, knownLeader: () => LEADER, connection: () => ({ callRaw }) };
  return new Appender(cluster as unknown as Cluster);
}

function batch(...sizes: readonly number[]) {
  const records = sizes.map((size) => ({ key: "k", value: new Uint8Array(size) }));
  return { topic: "t", partition: 0, records };
}

test("the offset of a batch is told when its records follow one by one, in one part or in several", async () => {
  expect(
    await appenderTo(0).append([batch(1, 1), batch(1), batch(LARGE_BYTES, LARGE_BYTES)]),
  ).toEqual([0, 2, 3]);
  expect(await appenderTo(1).append([batch(1, 1)])).toEqual([0]);
});

test("it is not told when somebody else wrote between two parts", async () => {
  expect(await appenderTo(1).append([batch(LARGE_BYTES, LARGE_BYTES, 1)])).toEqual([undefined]);
});
