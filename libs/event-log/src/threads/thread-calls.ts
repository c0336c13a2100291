import type { Bounds, TopicInfo, TopicSpec } from "../event-log.ts";
import type { PackedBatches } from "./packed-batches.ts";

/** What a thread asks of the one that holds the log. It numbers what it follows and shares itself. */
export type ThreadCall =
  | { readonly kind: "createTopics"; readonly topics: readonly TopicSpec[] }
  | { readonly kind: "deleteTopics"; readonly names: readonly string[] }
  | { readonly kind: "topics" }
  | { readonly kind: "append"; readonly batches: PackedBatches }
  | { readonly kind: "bounds"; readonly topic: string; readonly partition: number }
  | {
      readonly kind: "follow";
      readonly follow: number;
      readonly topic: string;
      readonly partition: number;
    }
  | { readonly kind: "unfollow"; readonly follow: number }
  | {
      readonly kind: "share";
      readonly share: number;
      readonly group: string;
      readonly partitions: number;
    }
  | { readonly kind: "giveUp"; readonly share: number };

/** Its answers. */
export interface ThreadAnswers {
  readonly createTopics: void;
  readonly deleteTopics: void;
  readonly topics: readonly TopicInfo[];
  readonly append: readonly number[];
  readonly bounds: Bounds;
  /** From then on it is told the partition's end whenever that moves. */
  readonly follow: FollowedPartition;
  readonly unfollow: void;
  readonly share: void;
  /** When all of the share was given back. */
  readonly giveUp: void;
}

export interface FollowedPartition extends Bounds {
  /** The partition's number in the file. */
  readonly id: number;
}

export interface PartitionEnd {
  /** The offset that its next record will get. */
  readonly end: number;
  /** Of its added records. */
  readonly timestampMs: number;
}

/** What the thread that holds the log asks of another. */
export type OwnerCall =
  | {
      readonly kind: "ends";
      /** Of the partitions in `added`. */
      readonly ends: readonly PartitionEnd[];
      /** The last records before each end, or none; the partitions are the numbers of `follow`. */
      readonly added: PackedBatches;
    }
  | { readonly kind: "lost"; readonly follow: number }
  | {
      readonly kind: "assigned" | "revoked";
      readonly share: number;
      readonly partitions: readonly number[];
    };
