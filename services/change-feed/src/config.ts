import {
  integerField,
  readConfig,
  SERVICE_FIELDS,
  type ConfigField,
  type ServiceConfig,
} from "@titan/processor-runtime/service";

const PARTITIONS = { min: 1, max: 1_024 };
const VIEW = /^([a-z0-9-]{1,63})=([1-9][0-9]{0,8})$/;

interface NamedVersion {
  readonly name: string;
  readonly version: number;
}

/** The last three matter only where there is no installation yet. */
export interface ChangeFeedConfig extends ServiceConfig {
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
  readonly views: readonly NamedVersion[];
}

const views: ConfigField<readonly NamedVersion[]> = {
  key: "TITAN_VIEWS",
  expected: "view=version, separated by commas",
  fallback: [
    "target-delta",
    "replica-assignment",
    "deployment-fanout",
    "template-render",
    "stream-forwarder-host",
    "stream-forwarder-deployment",
    "gitops-writer",
  ].map((name) => ({ name, version: 1 })),
  parse(text) {
    const found = text.split(",").map((part) => VIEW.exec(part.trim()));
    if (found.includes(null)) return undefined;
    return found.map((match) => ({ name: match?.[1] ?? "", version: Number(match?.[2]) }));
  },
};

export function readChangeFeedConfig(
  environment: Readonly<Record<string, string | undefined>>,
): ChangeFeedConfig {
  return readConfig<ChangeFeedConfig>(environment, {
    ...SERVICE_FIELDS,
    hostPartitions: integerField("TITAN_HOST_PARTITIONS", PARTITIONS, 1),
    deploymentPartitions: integerField("TITAN_DEPLOYMENT_PARTITIONS", PARTITIONS, 1),
    views,
  });
}
