import { matches, type Commit, type NounKind, type NounValue, type Selector } from "@titan/domain";
import { Signal } from "@titan/processor-runtime";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "../api-context.ts";
import { eventText } from "../gateway/event-text.ts";
import type { EventConnection } from "../gateway/event-connection.ts";
import { openEvents } from "../gateway/open-events.ts";
import { readPage } from "../object-page.ts";
import { presentObject } from "../present-object.ts";
import { ApiProblem } from "../problem.ts";
import type { KeyRange } from "../read-model/key-ranges.ts";
import { labelsOf } from "../read-model/noun-store.ts";
import { requireRevision, revisionToRead, wholeNumber } from "../read-revision.ts";
import { statusInList } from "../status/object-status.ts";

export interface WatchRequest {
  readonly kind: NounKind;
  readonly ranges: readonly KeyRange[];
  readonly selector: Selector | undefined;
  readonly query: { readonly revision?: string; readonly minRevision?: string };
}

interface Version {
  readonly revision: number;
  readonly value: NounValue;
}

/** What one change did to one object. */
interface ObjectChange {
  readonly key: string;
  readonly before: Version | undefined;
  readonly now: Version | undefined;
}

/** What a reader has: everything up to a revision, and of the next one what is up to a key. */
interface Reached {
  readonly revision: number;
  readonly key: string;
}

/** Whoever is further behind than so many changes lists again. */
const CATCH_UP_MAX = 10_000;
/** So many changes may wait for one reader. */
const WAITING_MAX = 10_000;
const PAGE = 500;

/**
 * A list that goes on: ADDED for each object there is (or what changed after `revision`), BOOKMARK,
 * then ADDED, MODIFIED and DELETED as it happens; BOOKMARK when nothing happens. An object that no
 * longer matches the selector is DELETED, one that begins to is ADDED.
 *
 * Whoever comes back with the last id gets what is behind it, once. A list that is not whole has
 * no id: it begins anew. Ids of a change with several events name the revision before and the key.
 */
export async function watchList(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  watch: WatchRequest,
): Promise<void> {
  const { nouns } = context.model;
  await revisionToRead(
    context,
    watch.query.minRevision === undefined ? {} : { minRevision: watch.query.minRevision },
  );
  const reached = reachedBy(request, watch);
  if (reached !== undefined) await requireRevision(context, reached.revision);
  const from = nouns.revision;
  const missed =
    reached === undefined
      ? []
      : nouns.nouns.changedKeys(watch.kind, reached.revision, from, CATCH_UP_MAX);
  if (missed === undefined) {
    throw ApiProblem.of(
      "gone",
      `more than ${CATCH_UP_MAX} changes since revision ${reached?.revision}: list again`,
      {
        fields: { oldest: from },
      },
    );
  }
  const arrived = new Signal();
  const waiting: Commit[] = [];
  const stop = nouns.listen((commit) => {
    if (waiting.length < WAITING_MAX) waiting.push(commit);
    else connection.end("too-slow", "more happened than waits for a reader; connect again");
    arrived.raise();
  });
  const connection = openEvents(context, request, reply, () => {
    stop();
    arrived.raise();
  });
  if (reached === undefined) await sendList(context, connection, watch, from);
  for (const [revision, keys] of Map.groupBy(missed, (each) => each.revision)) {
    const changes = keys.map(({ key }) => ({
      key,
      before: nouns.nouns.at(watch.kind, key, revision - 1),
      now: nouns.nouns.at(watch.kind, key, revision),
    }));
    await sendChanges(context, connection, watch, { revision, changes, reached });
  }
  connection.send(bookmark(from));
  // Before this, and for what waits to be sent, a bookmark would promise what did not come yet.
  let sent = from;
  connection.idleText = () => bookmark(sent);
  while (!connection.closed) {
    const commit = waiting.shift();
    if (commit === undefined) {
      await arrived.wait();
      continue;
    }
    const { revision } = commit;
    const changes = changesOf(commit, watch.kind);
    await sendChanges(context, connection, watch, { revision, changes, reached });
    sent = revision;
  }
}

/** `12`: all of revision 12; `default/h1@12`: and of revision 13 what is up to that key. */
const EVENT_ID = /^(?:([a-z0-9./-]{1,127})@)?([0-9]{1,15})$/;

function reachedBy(request: FastifyRequest, { query }: WatchRequest): Reached | undefined {
  const last = request.headers["last-event-id"];
  const [, key = "", revision] = EVENT_ID.exec(typeof last === "string" ? last : "") ?? [];
  if (revision !== undefined) return { revision: Number(revision), key };
  if (query.revision === undefined) return undefined;
  return { revision: wholeNumber("revision", query.revision), key: "" };
}

async function sendList(
  context: ApiContext,
  connection: EventConnection,
  { kind, ranges, selector }: WatchRequest,
  revision: number,
): Promise<void> {
  let after = "";
  for (;;) {
    const page = readPage(context, { kind, ranges, selector, revision, after, limit: PAGE });
    for (const { key, value, revision: own } of page.found) {
      const status = await statusInList(context, kind, key);
      const object = presentObject(kind, value, own, status);
      connection.send(eventText("ADDED", JSON.stringify({ type: "ADDED", object })));
    }
    after = page.found.at(-1)?.key ?? after;
    if (!page.more || connection.closed) return;
    await connection.drained();
  }
}

/** What a commit did to the objects of a kind, in the order of keys, as those who come back get it. */
function changesOf({ events, revision }: Commit, kind: NounKind): readonly ObjectChange[] {
  return events
    .filter((event) => event.kind === kind)
    .map(({ key, previous, current }) => ({
      key,
      before: previous === null ? undefined : { revision: revision - 1, value: previous },
      now: current === null ? undefined : { revision, value: current },
    }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

/** Sends what one revision did to what is watched, and the reader does not have. */
async function sendChanges(
  context: ApiContext,
  connection: EventConnection,
  watch: WatchRequest,
  step: {
    readonly revision: number;
    /** In the order of keys. */
    readonly changes: readonly ObjectChange[];
    readonly reached: Reached | undefined;
  },
): Promise<void> {
  const { revision, changes, reached } = step;
  const isNextOfReader = reached?.revision === revision - 1;
  const sent: { readonly key: string; readonly type: string; readonly data: string }[] = [];
  for (const change of changes) {
    if (isNextOfReader && change.key <= reached.key) continue;
    const event = await eventOf(context, watch, revision, change);
    if (event !== undefined) sent.push({ key: change.key, ...event });
  }
  const texts = sent.map(({ key, type, data }, at) => {
    const isLast = at === sent.length - 1;
    return eventText(type, data, isLast ? String(revision) : `${key}@${revision - 1}`);
  });
  if (texts.length > 0) connection.send(texts.join(""));
}

/** What a reader is told of a change of one object; undefined when nothing. */
async function eventOf(
  context: ApiContext,
  { kind, ranges, selector }: WatchRequest,
  revision: number,
  { key, before, now }: ObjectChange,
): Promise<{ readonly type: string; readonly data: string } | undefined> {
  if (!ranges.some((range) => key >= range.from && key < range.to)) return undefined;
  const isIn = (version: Version | undefined): version is Version =>
    version !== undefined && (selector === undefined || matches(selector, labelsOf(version.value)));
  const was = isIn(before);
  const type = isIn(now) ? (was ? "MODIFIED" : "ADDED") : was ? "DELETED" : undefined;
  const shown = type === "DELETED" ? (now ?? before) : now;
  if (type === undefined || shown === undefined) return undefined;
  const status = type === "DELETED" ? {} : await statusInList(context, kind, key);
  const object = presentObject(kind, shown.value, revision, status);
  return { type, data: JSON.stringify({ type, object }) };
}

function bookmark(revision: number): string {
  return eventText("BOOKMARK", JSON.stringify({ type: "BOOKMARK", revision }), String(revision));
}
