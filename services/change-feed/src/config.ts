import {
  entityTopicsMaxOf,
  integerField,
  LAYOUT_FIELDS,
  readConfig,
  SERVICE_FIELDS,
  viewsField,
  type LayoutConfig,
  type NamedVersion,
  type ServiceConfig,
} from "@titan/processor-runtime/service";

const PARTITIONS = { min: 0, max: 1_024 };
const EMBEDDED_DEFAULT = 1;
const KAFKA_DEFAULT = 8;

/** The last three matter only where there is no installation yet. */
export interface ChangeFeedConfig extends ServiceConfig, LayoutConfig {
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
  readonly views: readonly NamedVersion[];
}

export function readChangeFeedConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ChangeFeedConfig {
  const config = readConfig<ChangeFeedConfig>(environment, {
    ...SERVICE_FIELDS,
    ...LAYOUT_FIELDS,
    hostPartitions: integerField("TITAN_HOST_PARTITIONS", PARTITIONS, 0),
    deploymentPartitions: integerField("TITAN_DEPLOYMENT_PARTITIONS", PARTITIONS, 0),
    views: viewsField,
  });
  const otherwise = config.log.kind === "kafka" ? KAFKA_DEFAULT : EMBEDDED_DEFAULT;
  return {
    ...config,
    entityTopicsMax: entityTopicsMaxOf(config, config.log.kind),
    hostPartitions: config.hostPartitions || otherwise,
    deploymentPartitions: config.deploymentPartitions || otherwise,
  };
}
