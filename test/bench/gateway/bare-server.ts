import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * The yardstick: server-sent streams and changes by plain node:http, on the routes that agents and
 * load ask for, with nothing behind them. Each host of a change gets a record of a usual length
 * and a mark.
 */
const POSITION_OF_PORT = 2;
const ID = "6f1c0c0e-6f1c-4c0e-8f1c-0c0e6f1c0c0e";
const VALUE = "x".repeat(400);
const streams = new Map<string, ServerResponse>();
let revision = 0;

const server = createServer((request, response) => {
  const host = /\/hosts\/(h\d+)\/stream$/.exec(request.url ?? "")?.[1];
  if (host === undefined) {
    void change(request, response);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.socket?.setTimeout(0);
  response.on("error", () => {});
  streams.set(host, response);
  response.write(event());
});
server.listen({ port: Number(process.argv[POSITION_OF_PORT]), host: "127.0.0.1" });
process.on("disconnect", () => process.exit(0));
process.send?.("listening");

async function change(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  const { operations } = JSON.parse(text) as {
    readonly operations: readonly { readonly object: { readonly metadata: { name: string } } }[];
  };
  revision += 1;
  for (const { object } of operations) streams.get(object.metadata.name)?.write(event());
  response.end(JSON.stringify({ changeId: "", revision }));
}

function event(): string {
  return `event: record\ndata: {"key":"default/d0","revision":${revision},"current":{"x":"${VALUE}"}}\n\nid: ${ID}:${revision}\nevent: mark\ndata: {"revision":${revision}}\n\n`;
}
