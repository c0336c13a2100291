import type { ApiOptions } from "./api-options.ts";
import { createApi } from "./create-api.ts";

export interface ServerOptions extends ApiOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly onListening?: (url: string) => void;
}

export interface RunningApi {
  readonly url: string;
  /** Ends every stream, then the server, then the folds. */
  close(): Promise<void>;
}

/**
 * So many may be connected that were not accepted yet: when a fleet comes back at once, one that finds
 * no room believes that it is connected, and waits for minutes.
 */
const CONNECTIONS_WAITING_MAX = 4_096;

/**
 * Listens from now on. Until the changes have been read once it answers `starting`, and `/readyz`
 * says when all folds have caught up.
 */
export async function startApi(options: ServerOptions): Promise<RunningApi> {
  const api = await createApi(options);
  try {
    const { host, port } = options;
    const url = await api.app.listen({ host, port, backlog: CONNECTIONS_WAITING_MAX });
    options.onListening?.(url);
    return { url, close: async () => await api.close() };
  } catch (error) {
    await api.close();
    throw error;
  }
}
