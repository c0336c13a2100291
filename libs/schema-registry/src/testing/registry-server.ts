import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { REGISTRY_ENDPOINTS } from "../endpoints.ts";
import { REGISTRY_MEDIA_TYPE, registryError, type RegistryAnswer } from "../registry-answer.ts";
import type { SchemaStore } from "../schema-store.ts";

/**
 * How the server behaves: as it should; with an error; with a page that no registry sends; without
 * any answer; by breaking the connection.
 */
export type ServerMood = "well" | "failing" | "page" | "silent" | "broken";

/** A registry over real HTTP, for tests. */
export interface RegistryServer {
  readonly url: string;
  /** Method and path of every request so far, one that was not answered too. */
  readonly requests: readonly string[];
  /** Resolves when so many requests have come. */
  until(requests: number): Promise<void>;
  mood: ServerMood;
  close(): Promise<void>;
}

export interface RegistryServerOptions {
  /** What Basic authentication must say: `user:password`. */
  readonly credentials?: string;
  readonly mood?: ServerMood;
}

export async function startRegistryServer(
  store: SchemaStore,
  { credentials, mood = "well" }: RegistryServerOptions = {},
): Promise<RegistryServer> {
  const requests: string[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    for (const wake of waiting) wake();
    const answer = async (): Promise<void> => {
      const body = await bodyOf(request);
      if (running.mood === "silent") return;
      if (running.mood === "broken") {
        request.socket.destroy();
        return;
      }
      if (running.mood === "page") {
        response.writeHead(404, { "content-type": "text/html" }).end("<p>no such page</p>");
        return;
      }
      const { status, body: content } =
        running.mood === "failing"
          ? registryError(500, 50001, "the store failed")
          : answerOf(store, request, body, credentials);
      response.writeHead(status, { "content-type": REGISTRY_MEDIA_TYPE });
      response.end(JSON.stringify(content));
    };
    void answer();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const running: RegistryServer = {
    url: `http://127.0.0.1:${port}`,
    requests,
    mood,
    until: async (count) => {
      while (requests.length < count) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return running;
}

function answerOf(
  store: SchemaStore,
  { method, url = "/", headers }: IncomingMessage,
  body: string,
  credentials: string | undefined,
): RegistryAnswer {
  const expected = `Basic ${Buffer.from(credentials ?? "").toString("base64")}`;
  if (credentials !== undefined && headers.authorization !== expected) {
    return registryError(401, 40101, "Unauthorized");
  }
  const { pathname, searchParams } = new URL(url, "http://registry");
  for (const endpoint of REGISTRY_ENDPOINTS) {
    const params = endpoint.method === method ? paramsOf(endpoint.route, pathname) : undefined;
    if (params === undefined) continue;
    const query = Object.fromEntries(searchParams);
    return endpoint.answer(store, { params, query, body: body === "" ? null : JSON.parse(body) });
  }
  return registryError(404, 404, "HTTP 404 Not Found");
}

function paramsOf(route: string, pathname: string): Record<string, string> | undefined {
  const [names, parts] = [route.split("/"), pathname.split("/")];
  if (names.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, name] of names.entries()) {
    const part = decodeURIComponent(parts[at] ?? "");
    if (name.startsWith(":")) params[name.slice(1)] = part;
    else if (name !== part) return undefined;
  }
  return params;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
