import { createHash } from "node:crypto";
import type { ObjectName, Version } from "../history/history-line.ts";
import { CONTENT_LABEL } from "../truth/topic-record.ts";

/** What came back, or why it is not known whether anything was done. */
export type HttpAnswer =
  | {
      readonly is: "answered";
      readonly status: number;
      readonly revision: number;
      readonly body: unknown;
    }
  | { readonly is: "lost"; readonly why: string };

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** After so long the answer is not waited for any more. */
  readonly patienceMs: number;
}

/** Makes one request, once. Never rejects. */
export async function httpCall(request: HttpRequest): Promise<HttpAnswer> {
  const { method, url, token, headers = {}, body, patienceMs } = request;
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const revision = Number(response.headers.get("titan-revision") ?? 0);
    return { is: "answered", status: response.status, revision, body: await response.json() };
  } catch (error) {
    return { is: "lost", why: reasonOf(error) };
  }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** The codes of a problem, the first of which names it. */
export function problemOf(body: unknown): {
  readonly code: string;
  readonly changeId?: string;
  readonly revision?: number;
  readonly codes: readonly string[];
} {
  const {
    code = "",
    errors = [],
    ...rest
  } = body as {
    readonly code?: string;
    readonly changeId?: string;
    readonly revision?: number;
    readonly errors?: readonly { readonly code: string }[];
  };
  const { changeId, revision } = rest;
  return {
    code,
    codes: errors.map((each) => each.code),
    ...(changeId === undefined ? {} : { changeId }),
    ...(revision === undefined ? {} : { revision }),
  };
}

interface ShownObject {
  readonly kind: string;
  readonly metadata: {
    readonly workspace: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly revision: number;
    readonly createdRevision: number;
  };
  readonly spec: unknown;
}

/** What is recorded of an object that was shown: all but its status, which is of now. */
export function versionOf(body: unknown): Version {
  const { kind, metadata, spec } = body as ShownObject;
  const { workspace, name, labels, revision, createdRevision } = metadata;
  const shown = JSON.stringify([kind, metadata, spec]);
  return {
    kind,
    key: `${workspace}/${name}`,
    revision,
    created: createdRevision,
    content: labels[CONTENT_LABEL] ?? "",
    digest: createHash("sha256").update(shown).digest("hex").slice(0, 16),
  };
}

/** The path of an object. */
export function pathOf({ kind, key }: ObjectName): string {
  const [workspace = "", name = ""] = key.split("/");
  return `/v1/workspaces/${workspace}/${kind.toLowerCase()}s/${name}`;
}
