import { AgentSocket } from "./agent-socket.ts";
import {
  sharedNow,
  type AgentsAnswer,
  type AgentsCommand,
  type AgentsConfig,
} from "./agents-process.ts";

/**
 * A process full of agents that only read their streams. Commands come from the process that
 * started it; each is answered once, and marks of the first hosts are told as they come.
 */
const POSITION_OF_CONFIG = 2;
const BUFFER_BYTES = 256 * 1024;
const POLL_MS = 10;
/** Hosts that connect "all at once" do it within so long. */
const STORM_MS = 1_000;

const config = JSON.parse(process.argv[POSITION_OF_CONFIG] ?? "") as AgentsConfig;
let open = 0;
let refused = 0;
let lost = 0;
let marks = 0;
let lastOpenAt = 0;

const shared = {
  port: config.port,
  buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
  onOpen(): void {
    open += 1;
    lastOpenAt = sharedNow();
  },
  onLost(): void {
    open -= 1;
    lost += 1;
  },
  onRefused(): void {
    refused += 1;
  },
  onMark(at: number, revision: number): void {
    marks += 1;
    if (at < config.watched) tell({ kind: "mark", host: at, revision, atMs: sharedNow() });
  },
};
const agents = Array.from({ length: config.count }, (_, at) => new AgentSocket(at, shared));

process.on("message", (command: AgentsCommand) => {
  switch (command.kind) {
    case "connect":
      for (const agent of agents) setTimeout(() => agent.connect(), Math.random() * STORM_MS);
      answer();
      break;
    case "whenOpen":
      answerWhen(() => open === config.count);
      break;
    case "whenLost":
      answerWhen(() => open === 0);
      break;
    case "usage":
      answer();
      break;
    case "stick":
      for (const agent of agents.slice(-command.count)) agent.stick();
      answer();
      break;
    case "read":
      for (const agent of agents) agent.read();
      answer();
      break;
  }
});
process.on("disconnect", () => process.exit(0));
tell({ kind: "mark", host: -1, revision: 0, atMs: sharedNow() });

function answerWhen(isSo: () => boolean): void {
  if (isSo()) answer();
  else setTimeout(answerWhen, POLL_MS, isSo);
}

function answer(): void {
  tell({ kind: "usage", open, refused, lost, marks, lastOpenAt });
}

function tell(message: AgentsAnswer): void {
  process.send?.(message);
}
