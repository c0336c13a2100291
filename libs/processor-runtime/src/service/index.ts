/** What a service needs to be a process of its own. */
export {
  ConfigError,
  integerField,
  oneOfField,
  readConfig,
  textField,
  type ConfigField,
} from "./config.ts";
export { LOG_ADDRESS_FORMS, logAddress, openLog, type LogAddress } from "./open-log.ts";
export { runService, type Service } from "./run-service.ts";
export { SERVICE_FIELDS, type ServiceConfig } from "./service-config.ts";
export { viewService, viewWork } from "./view-service.ts";
export { environmentOf, type ServiceContext, type SharedWork, type Work } from "./work.ts";
