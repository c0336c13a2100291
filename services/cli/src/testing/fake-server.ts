import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer, or `drop` to break the connection without one. */
export type FakeAnswer = { readonly status?: number; readonly body?: unknown } | "drop";

export interface FakeServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

/** A server that answers what the test says; `/v1/installation` is answered unless it does. */
export async function startFakeServer(
  answer: (request: SeenRequest) => FakeAnswer | undefined,
): Promise<FakeServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    incoming.on("end", () => {
      const { method = "", url = "", headers } = incoming;
      const seen = { method, url, headers, body };
      requests.push(seen);
      const given: FakeAnswer =
        answer(seen) ?? (url === "/v1/installation" ? INSTALLATION : NOT_FOUND);
      if (given === "drop") {
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(given.status ?? 200, { "content-type": "application/json" });
      outgoing.end(JSON.stringify(given.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const INSTALLATION = { body: { id: "installation-1", revision: 7 } };
const NOT_FOUND = { status: 404, body: { code: "not-found", detail: "there is no such thing" } };
