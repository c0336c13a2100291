import fc from "fast-check";
import { expect, test } from "vitest";
import {
  Arena,
  ByteValues,
  KeyNumbers,
  LabelPairs,
  LoadingArchive,
  NameNumbers,
  Relation,
  Rows,
  SavingArchive,
  type Archive,
} from "./index.ts";

/** One of each table, in one arena. */
class Tables {
  readonly arena = new Arena();
  readonly keys = new KeyNumbers(this.arena);
  readonly names = new NameNumbers();
  readonly pairs = new LabelPairs(this.arena);
  readonly relation = new Relation(this.arena);
  readonly rows = new Rows(this.arena);
  readonly bytes = new ByteValues(this.arena);

  keepIn(archive: Archive): void {
    this.arena.keepIn(archive);
    this.keys.keepIn(archive);
    this.names.keepIn(archive);
    this.pairs.keepIn(archive);
    this.relation.keepIn(archive);
    this.rows.keepIn(archive);
    this.bytes.keepIn(archive);
  }

  /** Everything that can be asked of it. */
  shown(): object {
    return {
      keys: new Map([...this.keys.keys()].map((key) => [key, this.keys.numberOf(key)])),
      names: NUMBERS.map((at) => this.names.keyOf(at)),
      values: NUMBERS.map((at) => this.pairs.labelOf(at)),
      rights: NUMBERS.map((at) => [...this.relation.rightsOf(at)]),
      lefts: NUMBERS.map((at) => [...this.relation.leftsOf(at)]),
      rows: NUMBERS.map((at) => [...this.rows.get(at)]),
      bytes: NUMBERS.map((at) => Buffer.from(this.bytes.get(at)).toString("hex")),
    };
  }
}

const NUMBERS = Array.from({ length: 12 }, (_, at) => at);

function kept(tables: Tables): Tables {
  const saving = new SavingArchive();
  tables.keepIn(saving);
  const bytes = Buffer.concat([...saving.pieces()]);
  const loaded = new Tables();
  loaded.keepIn(new LoadingArchive(new Uint8Array(bytes).buffer));
  return loaded;
}

test("tables that were kept are what they were, and go on as if they had not been", () => {
  const change = fc.record({
    key: fc.oneof(fc.constantFrom("a", "default/pi", "ключ", "é"), fc.string({ maxLength: 2 })),
    isGone: fc.boolean(),
    at: fc.nat({ max: NUMBERS.length - 1 }),
    list: fc.uniqueArray(fc.nat({ max: NUMBERS.length - 1 }), { maxLength: 6 }),
    bytes: fc.uint8Array({ maxLength: 40 }),
    isKept: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const plain = new Tables();
      let loaded = new Tables();
      for (const { key, isGone, at, list, bytes, isKept } of changes) {
        for (const tables of [plain, loaded]) {
          const number = tables.keys.add(key);
          if (isGone) tables.keys.delete(number);
          const name = tables.names.add(key);
          if (isGone) tables.names.delete(name);
          const pair = tables.pairs.take(key, String(at));
          if (isGone) tables.pairs.release(pair);
          tables.relation.set(
            at,
            list.toSorted((one, other) => one - other),
          );
          tables.rows.set(at, list);
          tables.bytes.set(at, bytes);
        }
        if (isKept) loaded = kept(loaded);
        expect(loaded.shown()).toEqual(plain.shown());
      }
    }),
    { numRuns: 150 },
  );
});

test("of a column only what is used is kept, at eight bytes each; values come in their order", () => {
  const saving = new SavingArchive();
  saving.json({ first: [1] });
  saving.column(Uint8Array.of(1, 2, 3, 4), 3);
  saving.column(BigUint64Array.of(2n ** 63n));
  saving.json("last");
  const bytes = Buffer.concat([...saving.pieces()]);
  const loading = new LoadingArchive(new Uint8Array(bytes).buffer);
  expect(loading.json<unknown>(null)).toEqual({ first: [1] });
  expect(loading.column(new Uint8Array())).toEqual(Uint8Array.of(1, 2, 3));
  expect(loading.column(new BigUint64Array())).toEqual(BigUint64Array.of(2n ** 63n));
  expect(loading.json("")).toBe("last");
});
