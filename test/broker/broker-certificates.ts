import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

const VALID_DAYS = "365";

/** All in PEM: texts, and where they are as files. */
export interface BrokerCertificates {
  readonly ca: string;
  readonly caFile: string;
  /** Key and certificate of the broker in one file, as Kafka takes them. */
  readonly brokerFile: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/**
 * A certificate authority of this folder's own, and what it signed for the broker (127.0.0.1 and
 * localhost) and for a client. Made by openssl at the first call.
 */
export async function brokerCertificates(folder: string): Promise<BrokerCertificates> {
  const certificates = join(folder, "certificates");
  const file = (name: string): string => join(certificates, name);
  if (!existsSync(file("client.pem"))) {
    mkdirSync(certificates, { recursive: true });
    await makeAuthority(certificates);
    await makeSigned(certificates, "broker", "subjectAltName=IP:127.0.0.1,DNS:localhost");
    await makeSigned(certificates, "client", "extendedKeyUsage=clientAuth");
    writeFileSync(
      file("broker-both.pem"),
      `${read(file("broker.key"))}${read(file("broker.pem"))}`,
    );
  }
  return {
    ca: read(file("ca.pem")),
    caFile: file("ca.pem"),
    brokerFile: file("broker-both.pem"),
    clientCertificate: read(file("client.pem")),
    clientKey: read(file("client.key")),
  };
}

const read = (file: string): string => readFileSync(file, "utf8");

/** Keys of an elliptic curve take no time, and every Java and every OpenSSL of today knows them. */
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

async function makeAuthority(folder: string): Promise<void> {
  const subject = ["-subj", "/CN=titan test authority", "-days", VALID_DAYS];
  const files = ["-keyout", "ca.key", "-out", "ca.pem"];
  await runCommand("openssl", ["req", "-x509", ...NEW_KEY, ...subject, ...files], folder);
}

async function makeSigned(folder: string, name: string, extension: string): Promise<void> {
  const request = `${name}.csr`;
  const files = ["-keyout", `${name}.key`, "-out", request];
  await runCommand("openssl", ["req", ...NEW_KEY, "-subj", `/CN=titan ${name}`, ...files], folder);
  writeFileSync(join(folder, `${name}.extension`), `${extension}\n`);
  const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
  const signed = ["-days", VALID_DAYS, "-extfile", `${name}.extension`, "-out", `${name}.pem`];
  await runCommand("openssl", ["x509", "-req", "-in", request, ...authority, ...signed], folder);
}
