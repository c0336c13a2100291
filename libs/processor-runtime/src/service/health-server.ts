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

/** `/livez` answers while the process can; `/readyz` answers 503 while it is not ready, and why. */
export async function serveHealth(
  host: string,
  port: number,
  health: () => Health,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    const { ready, parts } = health();
    const known = path === "/livez" || path === "/readyz";
    const status = path === "/livez" || (known && ready) ? 200 : known ? 503 : 404;
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(`${JSON.stringify(path === "/readyz" ? { ready, parts } : { status })}\n`);
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
