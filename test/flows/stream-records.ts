import type { Sandbox } from "./sandbox.ts";

/** What a test looks at in a record of `titan replay`. */
export interface ReplayedRecord {
  readonly type: string;
  readonly key: string;
  readonly value: {
    readonly revision: number;
    readonly op?: "UPDATE" | "DELETE";
    readonly current?: Readonly<Record<string, unknown>> | null;
    readonly previous?: unknown;
    readonly count?: number;
  };
}

export async function replay(
  box: Sandbox,
  stream: string,
  from?: number,
): Promise<readonly ReplayedRecord[]> {
  const point = from === undefined ? [] : ["--from", String(from)];
  const text = await box.titan(["replay", stream, ...point]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ReplayedRecord);
}

/** The stream without its marks, as `UPDATE default/prod`. */
export async function said(
  box: Sandbox,
  stream: string,
  from?: number,
): Promise<readonly string[]> {
  const records = await replay(box, stream, from);
  return records
    .filter(({ type }) => type !== "mark")
    .map(({ key, value }) => `${value.op} ${key}`);
}
