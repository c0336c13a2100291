import { createServer } from "node:net";

/** Below the range from which the kernel takes ports for connections, so it is still free later. */
const FIRST = 20_000;
const COUNT = 10_000;

/** A port that nobody listens on, for a server that is to come back at the same address. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
