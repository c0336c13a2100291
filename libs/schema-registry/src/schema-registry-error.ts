export type SchemaRegistryErrorCode =
  | "registry-unreachable"
  | "registry-not-allowed"
  | "registry-refused";

/**
 * Why an external schema registry can not be used. `registry-unreachable`: it gave no answer in
 * time, start again later; `registry-not-allowed`: user or password are wrong, or may not register;
 * `registry-refused`: it does not take one of our schemas, and the message has its reason.
 */
export class SchemaRegistryError extends Error {
  readonly code: SchemaRegistryErrorCode;

  constructor(code: SchemaRegistryErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "SchemaRegistryError";
    this.code = code;
  }
}
