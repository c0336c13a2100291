import type { ConfigField } from "./config.ts";

export interface NamedVersion {
  readonly name: string;
  readonly version: number;
}

/** The views of this release. */
export const RELEASED_VIEWS: readonly NamedVersion[] = [
  { name: "target-delta", version: 1 },
  { name: "replica-assignment", version: 1 },
  { name: "deployment-fanout", version: 1 },
  { name: "template-render", version: 1 },
  { name: "stream-forwarder-host", version: 1 },
  { name: "stream-forwarder-deployment", version: 1 },
  { name: "gitops-writer", version: 1 },
];

const VIEW = /^([a-z0-9-]{1,63})=([1-9][0-9]{0,8})$/;

/** Which version of each view the running processors have. */
export const viewsField: ConfigField<readonly NamedVersion[]> = {
  key: "TITAN_VIEWS",
  expected: "view=version, separated by commas",
  fallback: RELEASED_VIEWS,
  parse(text) {
    const found = text.split(",").map((part) => VIEW.exec(part.trim()));
    if (found.includes(null)) return undefined;
    return found.map((match) => ({ name: match?.[1] ?? "", version: Number(match?.[2]) }));
  },
};
