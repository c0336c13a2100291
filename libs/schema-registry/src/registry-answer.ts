/** What Confluent's registry says its answers are. */
export const REGISTRY_MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

/** What an endpoint answers: a status and what becomes the body, as JSON. */
export interface RegistryAnswer {
  readonly status: number;
  readonly body: unknown;
}

export function registryAnswer(body: unknown): RegistryAnswer {
  return { status: 200, body };
}

/** An error as Confluent's registry gives it: the code begins with the HTTP status. */
export function registryError(status: number, code: number, message: string): RegistryAnswer {
  return { status, body: { error_code: code, message } };
}
