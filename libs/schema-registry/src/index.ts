export {
  REGISTRY_BODY_BYTES_MAX,
  REGISTRY_ENDPOINTS,
  type RegistryEndpoint,
  type RegistryRequest,
} from "./endpoints.ts";
export { openRegistryLog } from "./open-registry-log.ts";
export {
  REGISTRY_ADDRESS_FORM,
  registryAddress,
  type RegistryAddress,
} from "./registry-address.ts";
export { REGISTRY_MEDIA_TYPE, registryError, type RegistryAnswer } from "./registry-answer.ts";
export type { RegistryTiming } from "./registry-timing.ts";
export { createReleasedStore } from "./released-store.ts";
export {
  openSchemaRegistry,
  type RegistryLogger,
  SchemaRegistry,
  type SchemaRegistryOptions,
} from "./schema-registry.ts";
export { SchemaRegistryError, type SchemaRegistryErrorCode } from "./schema-registry-error.ts";
export type { SchemaStore } from "./schema-store.ts";
export { withSchemaRegistry } from "./with-schema-registry.ts";
