import { callsOf, doing } from "../history/history.ts";
import {
  answering,
  asking,
  committing,
  FORGED,
  publishing,
  replacing,
  someWrite,
  twoRecords,
  withLines,
  isLine,
  type Tampering,
} from "./tampering.ts";

/** What goes wrong with changes. */
export const TAMPERED_WRITES: readonly Tampering[] = [
  [
    "a change is acknowledged at a revision that is another's",
    "acknowledged and lost",
    (recorded) => {
      const { call, answer } = someWrite(recorded);
      return answering(recorded, [call], { ...answer, revision: answer.revision - 1 });
    },
  ],
  [
    "the end of the feed is lost",
    "acknowledged and lost",
    (recorded) => committing(recorded, (commits) => commits.slice(0, commits.length / 2)),
  ],
  [
    "of an acknowledged change the effect is lost",
    "acknowledged and lost",
    (recorded) => {
      const { revision } = someWrite(recorded).answer;
      return committing(recorded, (commits) =>
        commits.map((each) => (each.revision === revision ? { ...each, events: [] } : each)),
      );
    },
  ],
  [
    "another owner's commit takes the place of an acknowledged one",
    "acknowledged and lost",
    (recorded) => {
      const { revision } = someWrite(recorded).answer;
      return committing(recorded, (commits) =>
        commits.flatMap((each) =>
          each.revision === revision
            ? [{ ...each, id: "other", reason: "other", changeId: "other", events: [] }, each]
            : [each],
        ),
      );
    },
  ],
  [
    "a refused change is applied",
    "refused and applied",
    (recorded) => {
      const { call, answer } = someWrite(recorded);
      return answering(recorded, [call], { ...answer, is: "refused", codes: ["in-use"] });
    },
  ],
  [
    "a change that was said not to be made is applied",
    "refused and applied",
    (recorded) => {
      const { name } = someWrite(recorded).request;
      const attempts = doing(callsOf(recorded.lines), "write").filter(
        ({ request }) => request.name === name,
      );
      const calls = attempts.map(({ call }) => call);
      return answering(recorded, calls, { is: "not-done", code: "log-unavailable" });
    },
  ],
  [
    "a change that breaks a rule is applied",
    "refused and applied",
    (recorded) => {
      const { line, request } = someWrite(recorded);
      const call = recorded.lines[line];
      if (call?.is !== "call") throw new Error("this is no call");
      const broken = { ...call, request: { ...request, mustBeRefused: true } };
      return replacing(recorded, isLine(call), () => [broken]);
    },
  ],
  [
    "a change is decided a second time",
    "applied twice",
    (recorded) => {
      const { name } = someWrite(recorded).request;
      return committing(recorded, (commits) => {
        const last = commits.at(-1);
        if (last === undefined) return commits;
        const { id: predecessor, offset, revision } = last;
        const place = { id: "again", predecessor, offset: offset + 1, revision: revision + 1 };
        return [...commits, { ...last, ...place, reason: name, accepted: false, events: [] }];
      });
    },
  ],
  [
    "a repeated request gets another verdict",
    "applied twice",
    (recorded) => {
      const { client, server, request, answer } = someWrite(recorded);
      const again = { ...answer, revision: answer.revision + 1 };
      return asking(recorded, { client, server, request }, again);
    },
  ],
  [
    "a change is decided before others that were answered when it was asked for",
    "order broken",
    (recorded) => {
      const { call } = someWrite(recorded);
      const own = recorded.lines.filter((line) => line.is !== "cut" && line.call === call);
      return withLines(recorded, [...recorded.lines.filter((line) => !own.includes(line)), ...own]);
    },
  ],
  [
    "a change is applied to another revision than it expects",
    "order broken",
    (recorded) => {
      const { line, request } = someWrite(recorded);
      const call = recorded.lines[line];
      if (call?.is !== "call") throw new Error("this is no call");
      const operations = request.operations.map((each) => ({ ...each, expected: 1 }));
      const other = { ...call, request: { ...request, operations } };
      return replacing(recorded, isLine(call), () => [other]);
    },
  ],
  [
    "an event names another state before it",
    "order broken",
    (recorded) => {
      const { revision } = someWrite(recorded).answer;
      return committing(recorded, (commits) =>
        commits.map((each) => {
          if (each.revision !== revision) return each;
          const events = each.events.map((event) => ({ ...event, previous: FORGED }));
          return { ...each, events };
        }),
      );
    },
  ],
  [
    "two records of an object change places on its topic",
    "order broken",
    (recorded) => {
      const [one, other] = twoRecords(recorded);
      return publishing(recorded, (nouns) =>
        nouns.map((each) => (each === one ? other : each === other ? one : each)),
      );
    },
  ],
  [
    "a record of an object is missing on its topic",
    "order broken",
    (recorded) => {
      const [one] = twoRecords(recorded);
      return publishing(recorded, (nouns) => nouns.filter((each) => each !== one));
    },
  ],
];
