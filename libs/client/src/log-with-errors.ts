import type { EventLog } from "@titan/event-log";

/** The same log; subscriptions that can not go on tell `onError` instead of ending the process. */
export function withErrors(log: EventLog, onError: (error: Error) => void): EventLog {
  const subscribe: EventLog["subscribe"] = (from, onBatch, options) =>
    log.subscribe(from, onBatch, { onError, ...options });
  return new Proxy(log, {
    get: (target, name) => {
      if (name === "subscribe") return subscribe;
      const member: unknown = Reflect.get(target, name, target);
      // Logs have private fields, which only the log itself reaches.
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
