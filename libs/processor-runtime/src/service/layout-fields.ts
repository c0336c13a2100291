import { integerField, oneOfField } from "./config.ts";

/**
 * How hosts get their streams. `per-entity`: each host and each deployment has a topic of its own.
 * `sharded`: there are no such topics, and hosts read their slice through the gateway.
 */
export type Layout = "per-entity" | "sharded";

/** What the change feed, the forwarder and `titan up` must be told alike. */
export interface LayoutConfig {
  readonly layout: Layout;
  /** How many hosts and deployments there may be together; 0 as read: what suits the log. */
  readonly entityTopicsMax: number;
}

/** A broker bears about 4,000 partitions (KIP-578); the rest is for the fixed topics and what was deleted lately. */
const ENTITY_TOPICS_MAX_ON_KAFKA = 3_000;
const ENTITY_TOPICS = { min: 0, max: 1_000_000 };

export const LAYOUT_FIELDS = {
  layout: oneOfField<Layout>("TITAN_LAYOUT", ["per-entity", "sharded"], "per-entity"),
  entityTopicsMax: integerField("TITAN_ENTITY_TOPICS_MAX", ENTITY_TOPICS, 0),
} as const;

/** The ceiling that is enforced; `Infinity` for none: where nothing has a topic, or a topic costs nothing. */
export function entityTopicsMaxOf(
  { layout, entityTopicsMax }: LayoutConfig,
  log: "embedded" | "kafka",
): number {
  if (layout === "sharded") return Infinity;
  if (entityTopicsMax > 0) return entityTopicsMax;
  return log === "kafka" ? ENTITY_TOPICS_MAX_ON_KAFKA : Infinity;
}
