/** Where the log is. */
export type LogAddress =
  | { readonly kind: "embedded"; readonly path: string }
  | { readonly kind: "kafka"; readonly brokers: readonly string[] };

export const LOG_ADDRESS_FORMS = "embedded:/absolute/path or kafka:host:port[,host:port]";
const BROKER = /^(\[[\da-f:]+\]|[\w.-]+):(\d{1,5})$/i;
const PORT_MAX = 65_535;

/** Undefined for what is no address. */
export function logAddress(text: string): LogAddress | undefined {
  const colon = text.indexOf(":");
  const scheme = text.slice(0, Math.max(0, colon));
  const rest = text.slice(colon + 1);
  if (scheme === "embedded" && rest.startsWith("/")) return { kind: "embedded", path: rest };
  if (scheme !== "kafka") return undefined;
  const brokers = rest.split(",").map((broker) => broker.trim());
  return brokers.every(isBroker) ? { kind: "kafka", brokers } : undefined;
}

function isBroker(text: string): boolean {
  const port = Number(BROKER.exec(text)?.[2]);
  return port >= 1 && port <= PORT_MAX;
}
