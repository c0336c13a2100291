import { connect } from "node:net";
import { Kafka, logLevel } from "kafkajs";

const CONNECT_MS_MAX = 2_000;

/** Whether a plain client gets metadata there, with a broker and a controller in it. */
export async function answersMetadata(address: string): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [address],
    connectionTimeout: CONNECT_MS_MAX,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return brokers.length > 0 && controller !== null;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** Whether somebody listens on a port of this machine. */
export async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
