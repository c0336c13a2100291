import { commitOfJson, nounOfJson } from "./noun-of-json.ts";
import { NOUN_TOPICS, type ReadTopics } from "./topic-record.ts";

interface ReplayLine {
  readonly partition: number;
  readonly offset: number;
  readonly type: string;
  readonly key: string;
  readonly value: unknown;
}

/** What the topics hold, by the replay of a server that nobody stands in front of. */
export async function replayedTopics(server: string, token: string): Promise<ReadTopics> {
  const commits = await replay(server, token, "titan.change");
  const nouns = await Promise.all(
    Object.entries(NOUN_TOPICS).map(async ([kind, topic]) =>
      (await replay(server, token, topic))
        .filter(({ type }) => type === kind.toLowerCase())
        .map(({ partition, offset, key, value }) =>
          nounOfJson({ topic, partition, offset }, kind, key, value),
        ),
    ),
  );
  return {
    commits: commits.map(({ offset, value }) => commitOfJson(offset, value)),
    nouns: nouns.flat(),
  };
}

async function replay(
  server: string,
  token: string,
  stream: string,
): Promise<readonly ReplayLine[]> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${server}/v1/streams/${stream}`, { headers });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${stream} is not replayed: ${text}`);
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as ReplayLine);
}
