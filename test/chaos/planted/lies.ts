import type { AnomalyKind } from "../checks/anomaly.ts";
import type { Answered, Exchange, Lie } from "./lying-proxy.ts";

/** A server that is broken in one way, and what must be found. */
export interface PlantedLie {
  readonly name: string;
  readonly shows: AnomalyKind;
  readonly make: () => Lie;
}

/** Every so many times, so that a short history has it several times. */
const EVERY = 5;

function everyNth(): () => boolean {
  let count = 0;
  return () => (count += 1) % EVERY === 0;
}

const isWrite = ({ method }: Exchange): boolean => method === "POST";
/** Of one object, as it is now. */
const isRead = ({ method, path }: Exchange): boolean =>
  method === "GET" &&
  /\/(hosts|targets|workloads|deployments)\/\w+\?/.test(path) &&
  !path.includes("at=");
/** The first change and the last are the frame of the history, and are left as they are. */
const isFrame = ({ body }: Exchange): boolean =>
  /"reason":"[^"]*-(first|last)"|"Workspace"/.test(body);

/** Lies only to writers that are not the frame. */
function onWrites(lie: (exchange: Exchange) => Promise<Answered | undefined>): Lie {
  return {
    answer: async (exchange) =>
      isWrite(exchange) && !isFrame(exchange) ? lie(exchange) : undefined,
  };
}

function reworded(answered: Answered, change: (body: Record<string, unknown>) => object): Answered {
  return {
    ...answered,
    body: JSON.stringify(change(JSON.parse(answered.body) as Record<string, unknown>)),
  };
}

export const LIES: readonly PlantedLie[] = [
  {
    name: "a change is acknowledged and never proposed",
    shows: "acknowledged and lost",
    make() {
      const isTime = everyNth();
      let last: Answered | undefined;
      return onWrites(async ({ forward }) => {
        if (last !== undefined && isTime()) {
          return reworded(last, (body) => ({
            ...body,
            changeId: "never",
            revision: Number(body["revision"]),
          }));
        }
        const answered = await forward();
        if (answered.status === 200) last = answered;
        return answered;
      });
    },
  },
  {
    name: "a change is said not to be made, and is",
    shows: "refused and applied",
    make() {
      const isTime = everyNth();
      return onWrites(async ({ forward }) => {
        const answered = await forward();
        if (answered.status !== 200 || !isTime()) return answered;
        return reworded({ ...answered, status: 409 }, ({ changeId, revision }) => ({
          changeId,
          revision,
          code: "revision-mismatch",
          errors: [{ code: "revision-mismatch" }],
        }));
      });
    },
  },
  {
    name: "a request is sent twice under two keys",
    shows: "applied twice",
    make: () =>
      onWrites(async ({ headers, forward }) => {
        const first = await forward();
        await forward({ headers: { ...headers, "idempotency-key": crypto.randomUUID() } });
        return first;
      }),
  },
  {
    name: "what a change expects gets lost on the way",
    shows: "order broken",
    make() {
      return onWrites(async ({ body, forward }) => {
        const { operations, ...rest } = JSON.parse(body) as {
          readonly operations: readonly Record<string, unknown>[];
        };
        const without = operations.map(({ action, object }) => ({
          action: action === "create" ? "apply" : action,
          object,
        }));
        return forward({ body: JSON.stringify({ ...rest, operations: without }) });
      });
    },
  },
  {
    name: "a cache answers reads",
    shows: "backward read",
    make() {
      const cache = new Map<string, Answered>();
      return {
        answer: async (exchange) => {
          if (!isRead(exchange) || exchange.path.includes("minRevision")) return undefined;
          const cached = cache.get(exchange.path);
          if (cached !== undefined) return cached;
          const answered = await exchange.forward();
          cache.set(exchange.path, answered);
          return answered;
        },
      };
    },
  },
  {
    name: "a replica answers before it has what the caller names",
    shows: "own write not read",
    make() {
      const cache = new Map<string, Answered>();
      return {
        answer: async (exchange) => {
          if (!isRead(exchange) || !exchange.path.includes("minRevision")) return undefined;
          const [path = ""] = exchange.path.split("?");
          const cached = cache.get(path);
          if (cached !== undefined) return cached;
          const answered = await exchange.forward();
          cache.set(path, answered);
          return answered;
        },
      };
    },
  },
  {
    name: "a watch loses an event",
    shows: "watch gap",
    make() {
      const isTime = everyNth();
      return { event: (block) => (block.includes("event: MODIFIED") && isTime() ? [] : [block]) };
    },
  },
  {
    name: "a watch says an event again",
    shows: "watch repeat",
    make() {
      const isTime = everyNth();
      return {
        event: (block) =>
          block.includes("event: MODIFIED") && isTime() ? [block, block] : [block],
      };
    },
  },
  {
    name: "an answer about the past is that of the present",
    shows: "past changed",
    make: () => ({
      answer: async ({ path, forward }) => {
        if (!path.includes("at=") || !/\/\w+\?/.test(path)) return undefined;
        return forward({ path: path.replace(/\bat=\d+/, "") });
      },
    }),
  },
  {
    name: "a list leaves one out",
    shows: "untrue answer",
    make: () => ({
      answer: async ({ path, method, forward }) => {
        if (method !== "GET" || !/\/(hosts|targets)\?/.test(path)) return undefined;
        return reworded(await forward(), ({ items, ...rest }) => ({
          ...rest,
          items: (items as readonly unknown[] | undefined)?.slice(1),
        }));
      },
    }),
  },
  {
    name: "a mistake in the server comes out",
    shows: "unexpected answer",
    make() {
      const isTime = everyNth();
      return {
        answer: async (exchange) =>
          isRead(exchange) && isTime()
            ? { status: 418, revision: "0", body: JSON.stringify({ code: "teapot" }) }
            : undefined,
      };
    },
  },
];
