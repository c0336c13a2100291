import type { Version } from "../history/history-line.ts";
import {
  answering,
  asking,
  FORGED,
  publishing,
  replacing,
  someCall,
  someCut,
  someWatched,
  someWrite,
  staleRead,
  twoRecords,
  isLine,
  type Tampering,
} from "./tampering.ts";

const ANOTHER: Version = {
  kind: "Host",
  key: "another/one",
  revision: 1,
  created: 1,
  content: "another",
  digest: "another",
};
const forged = (version: Version): Version => ({ ...version, content: "forged", digest: "forged" });

/** What goes wrong with whoever reads, watches and follows. */
export const TAMPERED_READS: readonly Tampering[] = [
  [
    "a replica answers what it had before",
    "backward read",
    (recorded) => {
      const { object, stale, server } = staleRead(recorded);
      const request = { does: "read", object } as const;
      return asking(recorded, { client: "somebody", server, request }, stale);
    },
  ],
  [
    "another replica answers what was before the revision that is asked for",
    "backward read",
    (recorded) => {
      const { object, stale, answer } = staleRead(recorded);
      const request = { does: "read", object, minRevision: answer.revision } as const;
      return asking(recorded, { client: "somebody", server: 99, request }, stale);
    },
  ],
  [
    "the replica that acknowledged a write answers what was before",
    "own write not read",
    (recorded) => {
      const { object, stale, server, writer } = staleRead(recorded);
      const request = { does: "read", object } as const;
      return asking(recorded, { client: writer, server, request }, stale);
    },
  ],
  [
    "another replica answers a writer what was before its write",
    "own write not read",
    (recorded) => {
      const { object, stale, writer, answer } = staleRead(recorded);
      const request = { does: "read", object, minRevision: answer.revision } as const;
      return asking(recorded, { client: writer, server: 99, request }, stale);
    },
  ],
  [
    "a watch leaves out a change",
    "watch gap",
    (recorded) => replacing(recorded, isLine(someWatched(recorded)), () => []),
  ],
  [
    "a watch leaves out one of those that are there",
    "watch gap",
    (recorded) => {
      const first = recorded.lines.find((line) => line.is === "watched");
      return replacing(
        recorded,
        (line) => line === first,
        () => [],
      );
    },
  ],
  [
    "a watch tells a change twice",
    "watch repeat",
    (recorded) => replacing(recorded, isLine(someWatched(recorded)), (line) => [line, line]),
  ],
  [
    "a watch tells what never was",
    "untrue answer",
    (recorded) => {
      const line = someWatched(recorded);
      const { version } = line.event;
      const event = { ...line.event, ...(version && { version: forged(version) }) };
      return replacing(recorded, isLine(line), () => [{ ...line, event }]);
    },
  ],
  [
    "the past is another when it is asked for again",
    "past changed",
    (recorded) => {
      const { client, server, request, answer } = someCall(
        recorded,
        "read",
        (call) => call.request.at !== undefined && call.answer?.is === "object",
      );
      if (answer?.is !== "object") throw new Error("this is no object");
      const version = answer.version === null ? null : { ...answer.version, digest: "another" };
      const other = { ...answer, version: version ?? ANOTHER };
      return asking(recorded, { client, server, request }, other);
    },
  ],
  [
    "a read answers what never was",
    "untrue answer",
    (recorded) => {
      const { call, answer } = someCall(
        recorded,
        "read",
        (each) => each.answer?.is === "object" && each.answer.version !== null,
      );
      if (answer?.is !== "object" || answer.version === null) throw new Error("this is no object");
      return answering(recorded, [call], { ...answer, version: forged(answer.version) });
    },
  ],
  [
    "a list leaves one out",
    "untrue answer",
    (recorded) => {
      const { call, answer } = someCall(
        recorded,
        "list",
        (each) => each.answer?.is === "objects" && each.answer.versions.length > 0,
      );
      if (answer?.is !== "objects") throw new Error("this is no list");
      return answering(recorded, [call], { ...answer, versions: answer.versions.slice(1) });
    },
  ],
  [
    "the feed leaves out a change",
    "untrue answer",
    (recorded) => {
      const { call, answer } = someCall(
        recorded,
        "changes",
        (each) => each.answer?.is === "changes" && each.answer.changes.length > 0,
      );
      if (answer?.is !== "changes") throw new Error("this is no feed");
      return answering(recorded, [call], { ...answer, changes: answer.changes.slice(1) });
    },
  ],
  [
    "a cut holds what never was",
    "untrue cut",
    (recorded) => {
      const cut = someCut(recorded);
      const objects = cut.objects.map((version) => forged(version));
      return replacing(recorded, isLine(cut), () => [{ ...cut, objects }]);
    },
  ],
  [
    "a cut leaves one out",
    "untrue cut",
    (recorded) => {
      const cut = someCut(recorded);
      return replacing(recorded, isLine(cut), () => [{ ...cut, objects: cut.objects.slice(1) }]);
    },
  ],
  [
    "a cut comes a second time",
    "untrue cut",
    (recorded) => replacing(recorded, isLine(someCut(recorded)), (line) => [line, line]),
  ],
  [
    "a record says of its revision what was not so",
    "untrue record",
    (recorded) => {
      const [one] = twoRecords(recorded);
      return publishing(recorded, (nouns) =>
        nouns.map((each) => (each === one ? { ...each, current: FORGED } : each)),
      );
    },
  ],
  [
    "a client gets an answer that the contract does not have",
    "unexpected answer",
    (recorded) =>
      answering(recorded, [someWrite(recorded).call], { is: "unexpected", status: 500, body: "" }),
  ],
];
