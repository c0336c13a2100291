import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServiceContext, SharedWork } from "@titan/processor-runtime/service";
import { ensureAdminToken } from "./admin-token.ts";
import type { ApiConfig } from "./config.ts";
import { startApi } from "./server.ts";

const NAME = "api";

/**
 * One replica of the API as the work of a process. Every replica does all of it, so each is alone
 * in its group.
 */
export function apiWork(context: ServiceContext, config: ApiConfig): SharedWork {
  return {
    group: `${NAME}-${randomUUID()}`,
    count: 1,
    make() {
      const stopping = new AbortController();
      return {
        name: NAME,
        run: () => serveUntil(stopping.signal, context, config),
        stop: () => stopping.abort(),
      };
    },
  };
}

async function serveUntil(
  signal: AbortSignal,
  { log, clock, installation, logger, report }: ServiceContext,
  config: ApiConfig,
): Promise<void> {
  const { listenHost, listenPort, stateFolder, gitUrl, adminToken, views } = config;
  report(NAME, { kind: "reading" });
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  if (adminToken !== "") await ensureAdminToken(log, clock, adminToken, NAME);
  const api = await startApi({
    log,
    clock,
    installation,
    logger,
    readModelPath: join(stateFolder, "read-model.sqlite"),
    host: listenHost,
    port: listenPort,
    entityTopicsMax: config.entityTopicsMax,
    layout: config.layout,
    offeredViews: new Map(views.map(({ name, version }) => [name, version])),
    ...(gitUrl === "" ? {} : { gitUrl }),
  });
  logger.info({ url: api.url }, "listening");
  report(NAME, { kind: "running" });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await api.close();
}
