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

/** Whoever is further behind than so many changes lists again. */
const CATCH_UP_MAX = 10_000;
/** So many changes may wait for one reader. */
const WAITING_MAX = 10_000;
const PAGE = 500;

/**
 * A list that goes on: ADDED for each object there is (or what changed after `revision`), then
 * ADDED, MODIFIED and DELETED as it happens, each with its revision as id; BOOKMARK when nothing
 * happens. An object that no longer matches the selector is DELETED, one that begins to is ADDED.
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
  const after = revisionAfter(request, watch);
  if (after !== undefined) await requireRevision(context, after);
  const from = nouns.revision;
  const missed =
    after === undefined ? [] : nouns.nouns.changedKeys(watch.kind, after, from, CATCH_UP_MAX + 1);
  if (missed.length > CATCH_UP_MAX) {
    throw ApiProblem.of(
      "gone",
      `more than ${CATCH_UP_MAX} changes since revision ${after}: list again`,
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
  connection.idleText = () => bookmark(nouns.revision);
  if (after === undefined) await sendList(context, connection, watch, from);
  for (const { revision, key } of missed) {
    const before = nouns.nouns.at(watch.kind, key, revision - 1);
    const now = nouns.nouns.at(watch.kind, key, revision);
    await sendChange(context, connection, watch, { key, revision, before, now });
  }
  connection.send(bookmark(from));
  while (!connection.closed) {
    const commit = waiting.shift();
    if (commit === undefined) await arrived.wait();
    else await sendCommit(context, connection, watch, commit);
  }
}

function revisionAfter(request: FastifyRequest, { query }: WatchRequest): number | undefined {
  const last = request.headers["last-event-id"];
  if (typeof last === "string" && /^[0-9]{1,15}$/.test(last)) return Number(last);
  return query.revision === undefined ? undefined : wholeNumber("revision", query.revision);
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
      connection.send(eventText("ADDED", JSON.stringify({ type: "ADDED", object }), String(own)));
    }
    after = page.found.at(-1)?.key ?? after;
    if (!page.more || connection.closed) return;
    await connection.drained();
  }
}

async function sendCommit(
  context: ApiContext,
  connection: EventConnection,
  watch: WatchRequest,
  { events, revision }: Commit,
): Promise<void> {
  for (const { kind, key, previous, current } of events) {
    if (kind !== watch.kind) continue;
    const before = previous === null ? undefined : { revision: revision - 1, value: previous };
    const now = current === null ? undefined : { revision, value: current };
    await sendChange(context, connection, watch, { key, revision, before, now });
  }
}

async function sendChange(
  context: ApiContext,
  connection: EventConnection,
  { kind, ranges, selector }: WatchRequest,
  change: {
    readonly key: string;
    readonly revision: number;
    readonly before: Version | undefined;
    readonly now: Version | undefined;
  },
): Promise<void> {
  const { key, revision, before, now } = change;
  if (!ranges.some((range) => key >= range.from && key < range.to)) return;
  const isIn = (version: Version | undefined): version is Version =>
    version !== undefined && (selector === undefined || matches(selector, labelsOf(version.value)));
  const was = isIn(before);
  const type = isIn(now) ? (was ? "MODIFIED" : "ADDED") : was ? "DELETED" : undefined;
  const shown = type === "DELETED" ? (now ?? before) : now;
  if (type === undefined || shown === undefined) return;
  const status = type === "DELETED" ? {} : await statusInList(context, kind, key);
  const object = presentObject(kind, shown.value, revision, status);
  connection.send(eventText(type, JSON.stringify({ type, object }), String(revision)));
}

function bookmark(revision: number): string {
  return eventText("BOOKMARK", JSON.stringify({ type: "BOOKMARK", revision }), String(revision));
}
