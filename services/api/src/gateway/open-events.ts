import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { EventConnection } from "./event-connection.ts";

/** Makes the answer a stream of events that is kept alive and ends with the server. */
export function openEvents(
  { connections, model }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  onClose: (connection: EventConnection) => void,
): EventConnection {
  const connection: EventConnection = new EventConnection(reply, {
    caller: callerOf(request),
    headers: { "titan-revision": model.nouns.revision },
    all: connections.waiting,
    onClose: () => {
      connections.remove(connection);
      onClose(connection);
    },
  });
  connections.add(connection);
  return connection;
}
