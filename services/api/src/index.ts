export { adminTokenName, ensureAdminToken } from "./admin-token.ts";
export type { ApiOptions, ApiTiming, OfferedTask } from "./api-options.ts";
export { createApi, type Api } from "./create-api.ts";
export { startApi, type RunningApi, type ServerOptions } from "./server.ts";
