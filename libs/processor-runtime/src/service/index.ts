/** What a service needs to be a process of its own. */
export {
  ConfigError,
  integerField,
  oneOfField,
  readConfig,
  secretField,
  textField,
  type ConfigField,
} from "./config.ts";
export {
  entityTopicsMaxOf,
  LAYOUT_FIELDS,
  type Layout,
  type LayoutConfig,
} from "./layout-fields.ts";
export { LOG_ADDRESS_FORMS, logAddress, type LogAddress } from "./log-address.ts";
export { LOG_FIELDS, readLogConfig, type LogConfig } from "./log-config.ts";
export { openLog, reachLog } from "./open-log.ts";
export { RELEASED_VIEWS, viewsField, type NamedVersion } from "./released-views.ts";
export { runService, type Service } from "./run-service.ts";
export { WorkShares } from "./shared-work.ts";
export { SERVICE_FIELDS, type ServiceConfig } from "./service-config.ts";
export { snapshotsIn } from "./snapshot-files.ts";
export { viewService, viewWork } from "./view-service.ts";
export {
  environmentOf,
  type PartStatus,
  type ServiceContext,
  type SharedWork,
  type Work,
} from "./work.ts";
