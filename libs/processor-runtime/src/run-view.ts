import { partitionOf, STREAMS, type Stream } from "@titan/domain";
import { LogError, type AppendBatch, type EventLog } from "@titan/event-log";
import type { Clock } from "./clock.ts";
import { deadLetterBatch } from "./dead-letter.ts";
import type { InputPartition } from "./input-reader.ts";
import type { Output } from "./output.ts";
import { appendPersistently, type OnHold } from "./persistent-append.ts";
import { RULES, type Rules } from "./rules.ts";
import type { Signal } from "./signal.ts";
import { NO_SNAPSHOTS, type Snapshots } from "./snapshots.ts";
import { Task, type TaskStatus } from "./task.ts";
import { TopicOutput } from "./topic-output.ts";
import { partitionCount, sliceTopic, type PartitionCounts } from "./topics.ts";
import type { View } from "./view.ts";

/** What every task of a process shares. */
export interface Environment {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly counts: PartitionCounts;
  readonly rules?: Rules;
  readonly onHold?: OnHold;
  readonly snapshots?: Snapshots;
  readonly onStatus?: (task: string, status: TaskStatus) => void;
}

/** How many tasks a view has: each owns one partition of its output. */
export function taskCount<State, Value>(view: View<State, Value>, counts: PartitionCounts): number {
  switch (view.scope) {
    case "whole":
      return 1;
    case "host-partition":
      return counts.hostPartitions;
    case "deployment-partition":
      return counts.deploymentPartitions;
  }
}

/** What a task is called on health pages. */
export function taskName<State, Value>(
  view: View<State, Value>,
  partition: number,
  counts: PartitionCounts,
): string {
  return taskCount(view, counts) === 1 ? view.name : `${view.name}/${partition}`;
}

/** The task of a view that owns one partition, or all of them when the view is whole. */
export function viewTask<State, Value>(
  view: View<State, Value>,
  partition: number,
  environment: Environment,
  output?: (arrived: Signal) => Output<Value>,
): Task<State, Value> {
  const { log, clock, counts } = environment;
  const rules = environment.rules ?? RULES;
  const tasks = taskCount(view, counts);
  const name = taskName(view, partition, counts);
  const { emits } = view;
  return new Task({
    name,
    view,
    log,
    clock,
    rules,
    inputs: inputsOf(view, partition, counts),
    owns: (key) =>
      tasks === 1 ||
      emits.kind !== "topic" ||
      partitionOf(emits.placement(key), tasks) === partition,
    output: output ?? ((arrived) => topicOutput(view, partition, tasks, environment, arrived)),
    onUnreadable: (topic, at, record, code, reason) => {
      const batch = deadLetterBatch({
        topic,
        partition: at,
        record,
        code,
        reason,
        processor: view.name,
        processorVersion: view.version,
      });
      void appendUntilClosed(environment, batch);
    },
    snapshots: environment.snapshots ?? NO_SNAPSHOTS,
    onStatus: (status) => environment.onStatus?.(name, status),
  });
}

function inputsOf<State, Value>(
  view: View<State, Value>,
  partition: number,
  counts: PartitionCounts,
): readonly InputPartition[] {
  const inputs: InputPartition[] = [];
  for (const topic of view.consumes) {
    const stream: Stream | undefined = STREAMS.find((row) => row.topic === topic);
    if (stream === undefined) throw new RangeError(`no stream is called ${topic}`);
    const cuts = stream.marked ? "marks" : "frontier";
    const own =
      (view.scope === "host-partition" && stream.partitions === "H") ||
      // A noun is placed by its own key everywhere; only rendered deployments go together by D.
      (view.scope === "deployment-partition" && stream.partitions === "D");
    if (own) {
      inputs.push({ topic, partition, cuts });
    } else {
      const count = partitionCount(stream.partitions, counts);
      for (let at = 0; at < count; at += 1) inputs.push({ topic, partition: at, cuts });
    }
  }
  return inputs;
}

function topicOutput<State, Value>(
  view: View<State, Value>,
  partition: number,
  tasks: number,
  environment: Environment,
  arrived: Signal,
): Output<Value> {
  const { log, clock } = environment;
  const { emits } = view;
  if (emits.kind === "elsewhere") throw new Error(`${view.name} needs an output`);
  const shared = {
    log,
    clock,
    rules: environment.rules ?? RULES,
    writer: {
      record: emits.record,
      processorVersion: view.version,
      ...(emits.record === "rendered-deployment" ? { previousOf: digestOf } : {}),
      nameOf: (topic: string, key: string) =>
        emits.kind === "slices" ? emits.nameOf(topic, key) : key,
    },
    arrived,
    onHold: environment.onHold ?? (() => {}),
  };
  if (emits.kind === "topic") {
    const topic = emits.stream;
    const own = view.scope === "whole" ? 0 : partition;
    return new TopicOutput<Value>({
      ...shared,
      marks: "every-cut",
      placeOf: (key) => ({ topic, partition: own, key }),
      streams: () => Promise.resolve([{ topic, partition: own }]),
      create: () => Promise.resolve(),
    });
  }
  return new TopicOutput<Value>({
    ...shared,
    marks: "when-changed",
    placeOf: (key) => ({ ...emits.slice(key), partition: 0 }),
    streams: async () =>
      (await log.topics())
        .filter(
          (topic) =>
            topic.name.startsWith(emits.prefix) &&
            partitionOf(emits.placement(topic.name), tasks) === partition,
        )
        .map((topic) => ({ topic: topic.name, partition: 0 })),
    create: (topics) => log.createTopics(topics.map(sliceTopic)),
  });
}

/** A rendered deployment's `previous` is its digest alone: the files may be large. */
function digestOf(current: unknown): unknown {
  return (current as { readonly digest: string } | null)?.digest ?? null;
}

/** Nothing waits for a dead letter; a log that closes meanwhile is the end of the process. */
async function appendUntilClosed(environment: Environment, batch: AppendBatch): Promise<void> {
  const { log, clock, onHold } = environment;
  try {
    await appendPersistently(log, [batch], clock, onHold);
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== "closed") throw error;
  }
}
