import { afterAll, beforeAll, expect, test } from "vitest";
import fc, { type Arbitrary } from "fast-check";
import { ACCESS } from "../../services/api/src/access.ts";
import { clientOf } from "../../services/api/src/testing/client.ts";
import { seedDeployment } from "../../services/api/src/testing/seed.ts";
import { startStack, type Stack } from "../../services/api/src/testing/stack.ts";
import { casesOf, tryEach } from "./cases.ts";
import { hostileJson, hostileText, sentences } from "./hostile-values.ts";

/** A request costs a few dozen to a few hundred cheap cases. */
const CASES_PER_ROUTE = casesOf(100);
const CASES_OF_BODIES = casesOf(10);

let stack: Stack;
const logged: string[] = [];

beforeAll(async () => {
  const note = (...said: readonly unknown[]): void => {
    logged.push(
      said.map((each) => (each instanceof Error ? each.stack : JSON.stringify(each))).join(" "),
    );
  };
  const logger = {
    level: "trace",
    silent: () => {},
    trace: note,
    debug: note,
    info: note,
    warn: note,
    error: note,
    fatal: note,
    child: () => logger,
  };
  stack = await startStack({ api: { logger } });
  await seedDeployment(clientOf(stack.api, stack.admin));
});
afterAll(async () => await stack.close());

interface HostileRequest {
  readonly path: readonly string[];
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  ":workspace": ["default", "nowhere"],
  ":host": ["tim-pi"],
  ":deploymentWorkspace": ["default"],
  ":deployment": ["prod"],
  ":workload": ["temperature-sensor"],
  ":stream": ["titan.change", "titan.token", "titan.host.default.tim-pi"],
  ":name": ["prod", "tim-pi", "device-service"],
  ":version": ["1", "latest"],
  ":subject": ["titan.change-value"],
};

const headerText = hostileText.map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ""));
const queryWords = [
  "at=",
  "minRevision=",
  "labelSelector=",
  "limit=",
  "cursor=",
  "dryRun=",
  "revision=",
  "verbose=",
  "&",
  "1",
  "true",
  "-1",
  "9999999999999999999999",
  "2026-01-01T00:00:00Z",
  "%00",
  "%zz",
  "site%3Dlab",
  "unknown=1",
  "[]",
  "[a]=",
];

function requestOf(route: string, body: Arbitrary<string>): Arbitrary<HostileRequest> {
  const segments = route.split("/").map((segment): Arbitrary<string> => {
    if (!segment.startsWith(":")) return fc.constant(segment);
    const known = fc.constantFrom(...(PARTS[segment] ?? ["1"]));
    const hostile = hostileText.map((text) => encodeURIComponent(text.toWellFormed()));
    return fc.oneof(known, known, hostile);
  });
  return fc.record({
    path: fc.tuple(...segments),
    query: sentences(queryWords, 6).map((text) =>
      encodeURI(text.toWellFormed()).replaceAll("%25", "%"),
    ),
    headers: fc.dictionary(
      fc.constantFrom(
        "content-type",
        "titan-seen",
        "idempotency-key",
        "if-match",
        "titan-reason",
        "traceparent",
        "last-event-id",
        "accept",
        "x-forwarded-for",
        "transfer-encoding",
        "expect",
      ),
      headerText,
      { maxKeys: 4 },
    ),
    body,
  });
}

const jsonText = fc.oneof(
  hostileJson.map((value) => JSON.stringify(value)),
  hostileText,
  fc.constantFrom(
    "",
    "{",
    "[".repeat(50_000),
    '{"a":'.repeat(20_000),
    "null",
    '"\\ud800"',
    "1e999",
  ),
);

/** Sends it and looks at the answer: what the server did not expect itself is a fault. */
async function expectAnswer(
  method: string,
  { path, query, headers, body }: HostileRequest,
): Promise<void> {
  const url = `${path.join("/")}?${query}`;
  // Streams without an end are asked for in a way that ends.
  const endless = /\/stream\?|watch=true|\/v1\/streams\//.test(url);
  const hasBody = method !== "GET" && method !== "DELETE";
  const response = await stack.api.app.inject({
    method: method as "GET",
    url: endless ? `${path.join("/")}?unknown=1` : url,
    headers: {
      "content-type": "application/json",
      ...headers,
      authorization: `Bearer ${stack.admin}`,
      ...(endless ? { accept: "application/json" } : {}),
    },
    ...(hasBody ? { payload: body } : {}),
  });
  const where = `${method} ${url} answered ${response.statusCode}: ${response.body.slice(0, 300)}`;
  if (response.statusCode >= 500 && response.statusCode !== 503) throw new Error(where);
  if (
    response.body.includes(stack.admin) ||
    /secretHash[\\"]*:[\\" ]*[0-9a-f]/.test(response.body)
  ) {
    throw new Error(`a secret is told: ${where}`);
  }
  if (response.statusCode >= 400 && !path.includes("registry")) {
    const problem: unknown = JSON.parse(response.body);
    if (typeof (problem as { code?: unknown }).code !== "string") throw new Error(where);
  }
}

const ROUTES = ACCESS.map(({ method, route }): [string, string] => [method, route]);

test(`${CASES_PER_ROUTE} hostile requests to each route are answered, none by a fault`, async () => {
  for (const [method, route] of ROUTES) {
    await tryEach(
      requestOf(route, jsonText),
      (request) => expectAnswer(method, request),
      CASES_PER_ROUTE,
    );
  }
});

const object = fc.record(
  {
    apiVersion: fc.oneof(fc.constant("titan/v1"), hostileJson),
    kind: fc.oneof(
      fc.constantFrom(
        "Host",
        "Template",
        "Workload",
        "Target",
        "Deployment",
        "Workspace",
        "Token",
        "View",
      ),
      hostileJson,
    ),
    metadata: fc.oneof(
      fc.record(
        { name: fc.oneof(fc.constantFrom("a", "b"), hostileJson), labels: hostileJson },
        { requiredKeys: ["name"] },
      ),
      hostileJson,
    ),
    spec: fc.oneof(
      fc.record(
        {
          files: fc.dictionary(
            sentences(["a", "/", "..", ".git"], 4),
            fc.record({ text: hostileText }),
          ),
          selector: fc.oneof(hostileJson, sentences(["a", "=", ",", "in", "(", ")"], 6)),
          values: hostileJson,
          defaults: hostileJson,
          replicas: hostileJson,
          repo: hostileText,
          image: hostileText,
          workload: hostileText,
          template: hostileText,
          target: hostileText,
          role: hostileText,
          verbatim: hostileJson,
          delimiters: hostileJson,
        },
        { requiredKeys: [] },
      ),
      hostileJson,
    ),
  },
  { requiredKeys: ["kind"] },
);

test(`${CASES_OF_BODIES} changes of hostile objects are decided by the feed or refused before`, async () => {
  const operation = fc.record(
    {
      action: fc.oneof(
        fc.constantFrom("apply", "CREATE", "UPDATE", "PATCH", "DELETE"),
        hostileJson,
      ),
      object: fc.oneof({ weight: 9, arbitrary: object }, { weight: 1, arbitrary: hostileJson }),
      expected: hostileJson,
    },
    { requiredKeys: ["action", "object"] },
  );
  const change = fc.record(
    {
      workspace: fc.oneof(fc.constant("default"), hostileText),
      operations: fc.array(operation, { maxLength: 3 }),
      reason: hostileText,
    },
    { requiredKeys: ["operations"] },
  );
  await tryEach(
    requestOf(
      "/v1/changes",
      change.map((value) => JSON.stringify(value)),
    ),
    (request) => expectAnswer("POST", { ...request, query: "", headers: {} }),
    CASES_OF_BODIES,
  );
  // The feed, the views and the read model are still at work.
  const admin = clientOf(stack.api, stack.admin);
  const body = { kind: "Workload", metadata: { name: "last" }, spec: {} };
  const made = await admin("PUT", "/v1/workspaces/default/workloads/last", body);
  expect(made.status).toBe(201);
});

test("no token, and no hash of one, is in a line of the log", () => {
  const secret = stack.admin.slice(stack.admin.lastIndexOf("_") + 1);
  expect(
    logged.filter((line) => line.includes(secret) || /secretHash[\\"]*:[\\" ]*[0-9a-f]/.test(line)),
  ).toEqual([]);
});

test("tokens of every form that are none open nothing", async () => {
  const authorization = fc.oneof(
    headerText,
    headerText.map((text) => `Bearer ${text}`),
    headerText.map((text) => `Bearer titan_root_${text}`),
    fc.constantFrom(
      `Bearer ${"titan_root_".repeat(5_000)}`,
      "Bearer titan___proto___x",
      "Basic cm9vdDpyb290",
    ),
  );
  await tryEach(
    authorization,
    async (header) => {
      const response = await stack.api.app.inject({
        url: "/v1/hosts",
        headers: { authorization: header },
      });
      expect(response.statusCode).toBe(401);
    },
    casesOf(100),
  );
});
