import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a service says of itself: ready when every part of it runs. */
export interface Health {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, unknown>>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** What is asked of a service. */
export interface Asked {
  readonly health: Health;
  readonly contentType: string;
  metrics(): Promise<string>;
}

/**
 * `/livez` answers while the process can; `/readyz` answers 503 while it is not ready, and why;
 * `/metrics` is for Prometheus.
 */
export async function serveHealth(host: string, port: number, asked: Asked): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, text: string): void => {
      response.writeHead(status, { "content-type": type, connection: "close" });
      response.end(text);
    };
    const json = (status: number, body: object): void =>
      answer(status, "application/json", `${JSON.stringify(body)}\n`);
    const [path = ""] = (request.url ?? "").split("?");
    switch (path) {
      case "/livez":
        json(200, { status: "live" });
        return;
      case "/readyz":
        json(asked.health.ready ? 200 : 503, asked.health);
        return;
      case "/metrics":
        asked.metrics().then(
          (text) => answer(200, asked.contentType, text),
          () => json(500, { status: "failed" }),
        );
        return;
      default:
        json(404, { status: "not-found" });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
