import { openEmbeddedLog, type EmbeddedLogLogger, type EventLog } from "@titan/event-log";

/** Where the log is. */
export type LogAddress =
  | { readonly kind: "embedded"; readonly path: string }
  | { readonly kind: "kafka"; readonly brokers: string };

export const LOG_ADDRESS_FORMS = "embedded:/absolute/path or kafka:host:port[,host:port]";

/** Undefined for what is no address. */
export function logAddress(text: string): LogAddress | undefined {
  const [scheme = "", rest = ""] = splitOnce(text);
  if (scheme === "embedded" && rest.startsWith("/")) return { kind: "embedded", path: rest };
  if (scheme === "kafka" && rest !== "") return { kind: "kafka", brokers: rest };
  return undefined;
}

/** The one place that knows which adapter an address means. */
export function openLog(address: LogAddress, logger: EmbeddedLogLogger): EventLog {
  switch (address.kind) {
    case "embedded":
      return openEmbeddedLog({ path: address.path, logger });
    case "kafka":
      throw new Error(
        `kafka:${address.brokers} can not be opened: it comes with the Kafka adapter`,
      );
  }
}

function splitOnce(text: string): readonly string[] {
  const colon = text.indexOf(":");
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
}
