import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { ApiCaller } from "../flows/api-caller.ts";
import { eventually } from "../flows/eventually.ts";
import { freePort } from "../flows/free-port.ts";
import { Sandbox, type CommandEnd } from "../flows/sandbox.ts";
import { SERVICES, ServiceProcess, type ServiceName } from "./service-process.ts";
import { SupervisedProcess, type OwnEnd } from "./supervised-process.ts";

/** The shortest that a broker for tests allows is one second. */
export const SESSION_MS = 3_000;
/** Of each class of topics, so that two copies have one each. */
const PARTITIONS = 2;
/** On two busy cores so many processes need their time. */
const START_HANG_MS = 180_000;
const VERIFY_HANG_MS = 240_000;
const TITAN = fileURLToPath(new URL("../../services/cli/bin/titan.js", import.meta.url));

export interface InstallationOptions {
  /** Where the services find the log; a proxy perhaps. */
  readonly brokers: string;
  readonly copies?: number;
  /** Of the topics that are made, by Kafka's names. */
  readonly topicSettings?: string;
}

export interface AgentOptions {
  readonly host: string;
  /** Reads the topics itself; else it goes through the gateway. */
  readonly kafka?: string;
  readonly more?: readonly string[];
}

/**
 * Titan as it is operated: every service a process of its own, several copies of each, a
 * supervisor that starts again what ended. When it goes out of scope, nothing of it is left.
 */
export class Installation implements AsyncDisposable {
  readonly box: Sandbox = new Sandbox();
  readonly processes: ServiceProcess[] = [];
  readonly agents: SupervisedProcess[] = [];
  /** Where each replica of the API answers. */
  readonly servers: string[] = [];
  readonly apis: ApiCaller[] = [];
  readonly token = `titan_admin_${randomBytes(32).toString("base64url")}`;
  readonly git: string;
  readonly #options: InstallationOptions;

  private constructor(options: InstallationOptions) {
    this.#options = options;
    this.git = this.box.path("git");
  }

  /** Resolves when every copy runs and an API answers; on an error nothing is left behind. */
  static async start(options: InstallationOptions): Promise<Installation> {
    const installation = new Installation(options);
    try {
      await installation.#start();
      return installation;
    } catch (error) {
      const ends = installation.ownEnds.map(({ name, output }) => `${name} ended: ${output}`);
      await installation[Symbol.asyncDispose]();
      throw new Error(`the installation did not start\n${ends.join("\n")}`, { cause: error });
    }
  }

  async #start(): Promise<void> {
    for (const service of SERVICES) {
      for (let copy = 1; copy <= (this.#options.copies ?? 2); copy += 1) {
        const process = await this.add(service, copy);
        // One after the other: all at once they would need longer, and tell less when one fails.
        await eventually(
          `the start of ${process.name}`,
          async () => (await process.parts()) !== undefined,
          START_HANG_MS,
        );
      }
    }
    for (const replica of this.apis.keys()) await this.answers(replica);
  }

  /** Resolves when a replica of the API has read up to its token. */
  async answers(replica: number): Promise<void> {
    await eventually(
      `replica ${replica} of the API`,
      async () => (await this.apis[replica]?.get("/v1/whoami"))?.status === 200,
      START_HANG_MS,
    );
  }

  /** Starts a further copy of a service. */
  async add(service: ServiceName, copy: number): Promise<ServiceProcess> {
    const port = await freePort();
    const { brokers, topicSettings } = this.#options;
    const process = new ServiceProcess(
      service,
      copy,
      {
        ...this.box.environment,
        NODE_COMPILE_CACHE: this.box.path("compiled"),
        TITAN_LOG: `kafka:${brokers}`,
        TITAN_KAFKA_SESSION_TIMEOUT_MS: String(SESSION_MS),
        ...(topicSettings === undefined ? {} : { TITAN_KAFKA_TOPIC_SETTINGS: topicSettings }),
        TITAN_HEALTH_PORT: "0",
        TITAN_HOST_PARTITIONS: String(PARTITIONS),
        TITAN_DEPLOYMENT_PARTITIONS: String(PARTITIONS),
        TITAN_GIT: this.git,
        TITAN_STATE: this.box.path("state", `${service}-${copy}`),
        TITAN_API_PORT: String(port),
        TITAN_ADMIN_TOKEN: this.token,
      },
      this.box.folder,
    );
    this.processes.push(process);
    if (service === "api") {
      const server = `http://127.0.0.1:${port}`;
      this.servers.push(server);
      this.apis.push(new ApiCaller(server, this.token));
    }
    process.start();
    return process;
  }

  copiesOf(service: ServiceName): readonly ServiceProcess[] {
    return this.processes.filter((process) => process.service === service);
  }

  /** For a command line or an agent; replica 0 answers unless told. */
  environment(replica = 0): Readonly<Record<string, string>> {
    return {
      ...this.box.environment,
      TITAN_SERVER: this.servers[replica] ?? "",
      TITAN_TOKEN: this.token,
      TITAN_KAFKA_SESSION_TIMEOUT_MS: String(SESSION_MS),
    };
  }

  /** An agent in its folder `name`, which is `host` unless told. */
  agent({ host, kafka, more = [] }: AgentOptions, name = host): SupervisedProcess {
    const how = kafka === undefined ? [] : ["--kafka", kafka];
    const agent = new SupervisedProcess({
      name: `agent-${name}`,
      args: [TITAN, "agent", "--host", host, "--dir", name, ...how, ...more],
      environment: this.environment(),
      folder: this.box.folder,
    });
    this.agents.push(agent);
    agent.start();
    return agent;
  }

  run(command: string | readonly string[], replica = 0): Promise<CommandEnd> {
    return this.box.run(command, { environment: this.environment(replica) });
  }

  titan(command: string | readonly string[], replica = 0): Promise<string> {
    return this.box.titan(command, { environment: this.environment(replica) });
  }

  /** The newest revision that a replica of the API has read. */
  async revision(): Promise<number> {
    for (const api of this.apis) {
      try {
        const { body } = await api.get("/v1/installation");
        return (body as { readonly revision: number }).revision;
      } catch {
        continue;
      }
    }
    throw new Error("no replica of the API answers");
  }

  /**
   * `titan verify` passes once everything has come to rest: it compares at the newest revision,
   * and what is behind looks wrong to it.
   */
  async verify(replica = 0): Promise<void> {
    await eventually(
      "titan verify to pass",
      async () => {
        const { status, stdout, stderr } = await this.run("verify", replica);
        if (status !== 0) throw new Error(`titan verify ended with ${status}\n${stdout}${stderr}`);
        return true;
      },
      VERIFY_HANG_MS,
    );
  }

  get ownEnds(): readonly OwnEnd[] {
    return [...this.processes, ...this.agents].flatMap(({ ownEnds }) => ownEnds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.processes, ...this.agents].map((each) => each[Symbol.asyncDispose]()),
    );
    await this.box[Symbol.asyncDispose]();
  }
}
