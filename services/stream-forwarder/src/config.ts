import {
  LAYOUT_FIELDS,
  readConfig,
  SERVICE_FIELDS,
  type LayoutConfig,
  type ServiceConfig,
} from "@titan/processor-runtime/service";

export interface ForwarderConfig extends ServiceConfig, Pick<LayoutConfig, "layout"> {}

export function readForwarderConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ForwarderConfig {
  const { layout } = LAYOUT_FIELDS;
  return readConfig<ForwarderConfig>(environment, { ...SERVICE_FIELDS, layout });
}
