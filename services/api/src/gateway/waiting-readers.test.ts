import { expect, test } from "vitest";
import { WaitingReaders, type WaitingReader } from "./waiting-readers.ts";

class Reader implements WaitingReader {
  waitingBytes = 0;
  isCutOff = false;

  cutOff(): void {
    this.isCutOff = true;
    this.waitingBytes = 0;
  }
}

function give(all: WaitingReaders, reader: Reader, bytes: number): void {
  reader.waitingBytes += bytes;
  all.look(reader);
}

test("who has not read for longest is cut off when too much waits, and no more than needed", () => {
  const all = new WaitingReaders(100);
  const [one, two, three] = [new Reader(), new Reader(), new Reader()];
  give(all, one, 40);
  give(all, two, 40);
  give(all, one, 10);
  expect([all.bytes, all.count]).toEqual([90, 2]);
  give(all, three, 20);
  expect([one, two, three].map(({ isCutOff }) => isCutOff)).toEqual([true, false, false]);
  expect([all.bytes, all.count]).toEqual([60, 2]);
});

test("who has read since it was looked at keeps its place", () => {
  const all = new WaitingReaders(100);
  const [slow, stuck, busy] = [new Reader(), new Reader(), new Reader()];
  give(all, slow, 50);
  give(all, stuck, 40);
  slow.waitingBytes = 45;
  give(all, busy, 20);
  expect([slow, stuck, busy].map(({ isCutOff }) => isCutOff)).toEqual([false, true, false]);
  expect(all.bytes).toBe(65);
});

test("a reader for which nothing waits any more is forgotten", () => {
  const all = new WaitingReaders(100);
  const reader = new Reader();
  give(all, reader, 60);
  give(all, reader, -60);
  expect([all.bytes, all.count]).toEqual([0, 0]);
});

test("one that alone is too much is cut off", () => {
  const all = new WaitingReaders(100);
  const reader = new Reader();
  give(all, reader, 101);
  expect(reader.isCutOff).toBe(true);
  expect([all.bytes, all.count]).toEqual([0, 0]);
});
