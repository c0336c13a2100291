export { confluentClient } from "./confluent-client.ts";
export { MemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export {
  type RegistryServer,
  type RegistryServerOptions,
  type ServerMood,
  startRegistryServer,
} from "./registry-server.ts";
