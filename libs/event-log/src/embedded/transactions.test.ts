import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Transactions } from "./transactions.ts";

let database: DatabaseSync;
let transactions: Transactions;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (n INTEGER PRIMARY KEY)");
  transactions = new Transactions(database);
});
afterEach(() => database.close());

function insert(n: number): void {
  database.prepare("INSERT INTO t VALUES (?)").run(n);
}

function rows(): readonly unknown[] {
  return database
    .prepare("SELECT n FROM t")
    .all()
    .map((row) => row["n"]);
}

test("the level of syncing is the one that was asked for, each time", () => {
  const level = () => database.prepare("PRAGMA synchronous").get()?.["synchronous"];
  const levels = (["rebuildable", "synced", "synced", "rebuildable"] as const).map((durability) => {
    return transactions.run(durability, level);
  });
  expect(levels).toEqual([1, 2, 2, 1]);
});

test("work that throws leaves nothing, and the next works", () => {
  const bug = new Error("a bug");
  const work = (): void => {
    insert(1);
    throw bug;
  };
  expect(() => transactions.run("synced", work)).toThrow(bug);
  transactions.run("synced", () => insert(2));
  expect(rows()).toEqual([2]);
});

test("what SQLite refuses is a LogError that says so", () => {
  const work = (): void => {
    insert(1);
    insert(1);
  };
  const refusal = expect.objectContaining({ code: "io-failed", outcome: "refused" });
  expect(() => transactions.run("rebuildable", work)).toThrow(refusal);
  expect(rows()).toEqual([]);
});

test("after a failed sync nothing is written any more", () => {
  const failedSync = Object.assign(new Error("disk I/O error"), { errcode: 1034 });
  const fail = (): void => {
    throw failedSync;
  };
  const refusal = expect.objectContaining({ code: "io-failed" });
  expect(() => transactions.run("synced", fail)).toThrow(refusal);
  expect(() => transactions.run("rebuildable", () => insert(1))).toThrow(refusal);
  expect(rows()).toEqual([]);
});
