import { setTimeout as sleep } from "node:timers/promises";
import { pick } from "../../flows/seeded-random.ts";
import type { Answer, ObjectName, Request } from "../history/history-line.ts";
import { KINDS, randomObject } from "./change-plan.ts";
import { PATIENCE_MS, type ClientSetting } from "./client-setting.ts";
import { httpCall, pathOf, problemOf, versionOf, type HttpAnswer } from "./http-call.ts";

/** Of which moment a read is to be. */
export interface When {
  readonly at?: number;
  readonly minRevision?: number;
}

/** So many changes are asked for at once, from the end of the feed. */
const CHANGES_BACK_MAX = 30;
/** A page of the feed: a reader that knows no revision yet asks from the first, which may be far back. */
const CHANGES_LIMIT = 100;
const NOT_DONE: readonly string[] = ["lagging", "starting", "overloaded", "log-unavailable"];
/** So many questions about the past are asked again later. */
const QUESTIONS_MAX = 40;

interface Question {
  readonly object: ObjectName | undefined;
  readonly kind: string;
  readonly at: number;
}

/** Reads objects, lists and the feed, of now and as they were. */
export class Reader {
  readonly #name: string;
  readonly #setting: ClientSetting;
  readonly #random: () => number;
  readonly #questions: Question[] = [];
  #seen = 0;

  constructor(name: string, setting: ClientSetting, random: () => number) {
    this.#name = name;
    this.#setting = setting;
    this.#random = random;
  }

  async run(): Promise<void> {
    const { ending, paceMs } = this.#setting;
    while (!ending.aborted) {
      const server = this.#anyServer();
      // Half of the time it wants no less than it has seen, wherever that was.
      const when = this.#random() < 0.5 ? { minRevision: this.#seen } : {};
      const choice = this.#random();
      if (choice < 0.4) await this.read(this.#anyObject(), server, when);
      else if (choice < 0.55) await this.#list(pick(this.#random, KINDS), server, when);
      else if (choice < 0.65) await this.#changes(server, when);
      else await this.#ask();
      await sleep(this.#random() * 2 * paceMs);
    }
  }

  async read(object: ObjectName, server: number, when: When): Promise<Answer> {
    const request = { does: "read", object, ...when } as const;
    return this.#call(
      server,
      request,
      `${pathOf(object)}?${queryOf(when)}`,
      ({ body, revision }) => ({
        is: "object",
        version: versionOf(body),
        revision,
      }),
    );
  }

  /** Reads what was acknowledged just now: from any replica, by the revision of the acknowledgement. */
  async readOwn(object: ObjectName, revision: number): Promise<void> {
    await this.read(object, this.#anyServer(), { minRevision: revision });
  }

  async #list(kind: string, server: number, when: When): Promise<void> {
    const { workspace } = this.#setting;
    const request = { does: "list", kind, ...when } as const;
    const path = `/v1/workspaces/${workspace}/${kind.toLowerCase()}s?${queryOf(when)}`;
    await this.#call(server, request, path, ({ body }) => {
      const { items, revision } = body as {
        readonly items: readonly unknown[];
        readonly revision: number;
      };
      return { is: "objects", revision, versions: items.map((item) => versionOf(item)) };
    });
  }

  async #changes(server: number, when: When): Promise<void> {
    const from = Math.max(1, this.#seen - Math.floor(this.#random() * CHANGES_BACK_MAX));
    const limit = CHANGES_LIMIT;
    const request = { does: "changes", from, limit, ...when } as const;
    const path = `/v1/changes?from=${from}&limit=${limit}&${queryOf(when)}`;
    await this.#call(server, request, path, ({ body }) => {
      const { items, revision } = body as {
        readonly items: readonly {
          readonly revision: number;
          readonly changeId: string;
          readonly accepted: boolean;
          readonly reason: string;
        }[];
        readonly revision: number;
      };
      const changes = items.map(({ reason, ...each }) => ({
        revision: each.revision,
        changeId: each.changeId,
        accepted: each.accepted,
        name: reason,
      }));
      return { is: "changes", revision, changes };
    });
  }

  /** How something was at a revision: what was asked before is asked again, of any replica. */
  async #ask(): Promise<void> {
    if (this.#seen === 0) return;
    const isNew = this.#questions.length === 0 || this.#random() < 0.3;
    const question = isNew ? this.#newQuestion() : pick(this.#random, this.#questions);
    const { object, kind, at } = question;
    if (object === undefined) await this.#list(kind, this.#anyServer(), { at });
    else await this.read(object, this.#anyServer(), { at });
  }

  #newQuestion(): Question {
    const object = this.#anyObject();
    const at = Math.max(1, this.#seen - Math.floor(this.#random() * CHANGES_BACK_MAX));
    const question = { object: this.#random() < 0.7 ? object : undefined, kind: object.kind, at };
    if (this.#questions.length === QUESTIONS_MAX) this.#questions.shift();
    this.#questions.push(question);
    return question;
  }

  async #call(
    server: number,
    request: Request,
    path: string,
    read: (answered: Extract<HttpAnswer, { is: "answered" }>) => Answer,
  ): Promise<Answer> {
    const { recorder, servers, token } = this.#setting;
    const call = recorder.call(this.#name, server, request);
    const url = `${servers[server] ?? ""}${path}`;
    const answered = await httpCall({ method: "GET", url, token, patienceMs: PATIENCE_MS });
    const answer = answerOf(answered, read);
    recorder.answer(call, answer);
    if ("revision" in answer) this.#seen = Math.max(this.#seen, answer.revision);
    return answer;
  }

  #anyObject(): ObjectName {
    return randomObject(this.#random, this.#setting.workspace);
  }

  #anyServer(): number {
    return pick(this.#random, [...this.#setting.servers.keys()]);
  }
}

function answerOf(
  answered: HttpAnswer,
  read: (answered: Extract<HttpAnswer, { is: "answered" }>) => Answer,
): Answer {
  if (answered.is === "lost") return { is: "unknown", why: answered.why };
  const { status, body, revision } = answered;
  if (status === 200) return read(answered);
  const { code } = problemOf(body);
  if (code === "not-found") return { is: "object", version: null, revision };
  if (NOT_DONE.includes(code)) return { is: "not-done", code };
  return { is: "unexpected", status, body: JSON.stringify(body) };
}

function queryOf({ at, minRevision }: When): string {
  const query = new URLSearchParams();
  if (at !== undefined) query.set("at", String(at));
  if (minRevision !== undefined) query.set("minRevision", String(minRevision));
  return query.toString();
}
