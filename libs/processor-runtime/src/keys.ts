/** Marks and frontiers have one key in their partition, so that compaction keeps the last. */
export const MARK_KEY = "mark";
export const FRONTIER_KEY = "frontier";
export const FRONTIER_TOPIC = "titan.frontier";
export const VIEW_TOPIC = "titan.view";
