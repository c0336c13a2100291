import { matches, parseSelector, type Labels, type Selector } from "@titan/domain";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPage, type PageBounds } from "./object-page.ts";
import { keysBelow } from "./read-model/key-ranges.ts";
import { clientOf, type Client } from "./testing/client.ts";
import { startStack, type Stack } from "./testing/stack.ts";

const SELECTORS = [
  "site=lab",
  "site=nowhere",
  "site in (lab,barn),zone=x",
  "zone",
  "!zone",
  "site!=lab",
  "zone in (x,y),site notin (barn)",
];
const HOSTS = ["a", "b", "c", "d", "e", "f"];
/** All of it looked up; all of it walked; walked until it is not near; no changes since looked up. */
const PAGES: readonly (readonly [limit: number, PageBounds])[] = [
  [3, { lookedUpMax: 100, walkedMax: 0, changedSinceMax: 1_000 }],
  [100, { lookedUpMax: 100, walkedMax: 0, changedSinceMax: 1_000 }],
  [2, { lookedUpMax: 0, walkedMax: 1_000, changedSinceMax: 1_000 }],
  [2, { lookedUpMax: 1, walkedMax: 4, changedSinceMax: 1_000 }],
  [2, { lookedUpMax: 100, walkedMax: 0, changedSinceMax: 1 }],
];
const change = fc.record({
  name: fc.constantFrom(...HOSTS),
  workspace: fc.constantFrom("default", "iot"),
  labels: fc.record(
    { site: fc.constantFrom("lab", "barn"), zone: fc.constantFrom("x", "y") },
    { requiredKeys: [] },
  ),
  remove: fc.nat({ max: 4 }).map((chance) => chance === 0),
});

let stack: Stack;
let admin: Client;

beforeAll(async () => {
  stack = await startStack({ views: false });
  admin = clientOf(stack.api, stack.admin);
  await admin("PUT", "/v1/workspaces/iot", {});
});
afterAll(async () => await stack.close());

function selectorOf(text: string): Selector {
  const parse = parseSelector(text);
  if (!parse.ok) throw new Error(parse.detail);
  return parse.selector;
}

test("every page of a list, at every revision, is what a walk over all hosts finds", async () => {
  const changes = fc.sample(change, { numRuns: 60, seed: 6 });
  const now = new Map<string, Labels>();
  const history: { readonly revision: number; readonly hosts: ReadonlyMap<string, Labels> }[] = [];
  for (const { name, workspace, labels, remove } of changes) {
    const path = `/v1/workspaces/${workspace}/hosts/${name}`;
    const { status, body } = remove
      ? await admin("DELETE", path)
      : await admin("PUT", path, { metadata: { labels } });
    if (status >= 300) continue;
    if (remove) now.delete(`${workspace}/${name}`);
    else now.set(`${workspace}/${name}`, { ...labels });
    history.push({ revision: Number(body["revision"]), hosts: new Map(now) });
  }
  expect(history.length).toBeGreaterThan(30);
  const ranges = [keysBelow("default"), keysBelow("iot")];
  for (const { revision, hosts } of history) {
    for (const selector of SELECTORS.map(selectorOf)) {
      const wanted = [...hosts]
        .filter(([, labels]) => matches(selector, labels))
        .sort(([one], [other]) => (one < other ? -1 : 1));
      for (const [limit, bounds] of PAGES) {
        const found: (readonly [string, Labels])[] = [];
        for (let more = true; more;) {
          const after = found.at(-1)?.[0] ?? "";
          const request = { kind: "Host", ranges, selector, revision, after, limit } as const;
          const page = readPage(stack.api.context, request, bounds);
          for (const { key, value } of page.found) {
            found.push([key, "labels" in value ? value.labels : {}]);
          }
          ({ more } = page);
        }
        expect(found).toEqual(wanted);
      }
    }
  }
});
