import { MessageChannel } from "node:worker_threads";
import { expect, it } from "vitest";
import { LogError } from "../log-error.ts";
import { PortCalls } from "./port-calls.ts";

/** The caller of a port whose other end throws what it is given. */
function callerOf(thrown: unknown): PortCalls<string, never> {
  const { port1, port2 } = new MessageChannel();
  const onCall = (): never => {
    throw thrown;
  };
  const answering = new PortCalls<never, string>(port2, onCall, () => {});
  return new PortCalls<string, never>(
    port1,
    () => undefined,
    () => answering.close(),
  );
}

it("gives the caller a log's error as it was", async () => {
  const caller = callerOf(new LogError("unknown-topic", "refused", "there is no such topic"));
  const failed = await caller.call("anything").catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(LogError);
  expect(failed).toMatchObject({ code: "unknown-topic", outcome: "refused" });
  caller.close();
});

it("gives the caller an error with its place, even where its cause can not be copied", async () => {
  const thrown = new Error("it went wrong", { cause: () => {} });
  const caller = callerOf(thrown);
  await expect(caller.call("anything")).rejects.toMatchObject({
    message: "it went wrong",
    stack: thrown.stack,
  });
  caller.close();
});
