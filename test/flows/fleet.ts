import { fileInGit, pathsInGit } from "./git-tree.ts";
import { filesOnDisk } from "./host-folder.ts";
import { Sandbox } from "./sandbox.ts";
import { said } from "./stream-records.ts";
import type { TitanProcess } from "./titan-process.ts";

const FLEET = `
{kind: Host, metadata: {name: one, labels: {site: lab}}}
---
{kind: Host, metadata: {name: two, labels: {site: barn}}}
---
{kind: Template, metadata: {name: page}, spec: {defaults: {text: hello}, files: {
  page.txt: {text: "{{deployment.name}} says {{values.text}} on {{host.name}}\\n"}}}}
---
{kind: Workload, metadata: {name: web}}
---
{kind: Target, metadata: {name: lab}, spec: {selector: site=lab}}
---
{kind: Deployment, metadata: {name: prod}, spec: {workload: web, template: page, target: lab}}
`;

/** What one host is told, has on its disk, and has in Git. */
export interface HostView {
  readonly told: readonly string[];
  readonly disk: Readonly<Record<string, string>>;
  readonly git: Readonly<Record<string, string>>;
}

/** Two hosts of which one is in the lab, and a deployment to the lab; agents run when asked to. */
export class Fleet implements AsyncDisposable {
  readonly box: Sandbox;
  readonly titan: TitanProcess;

  private constructor(box: Sandbox, titan: TitanProcess) {
    this.box = box;
    this.titan = titan;
  }

  static async start(git?: string): Promise<Fleet> {
    const box = new Sandbox();
    const titan = await box.up(git === undefined ? {} : { git });
    const fleet = new Fleet(box, titan);
    await fleet.apply(FLEET);
    for (const host of ["one", "two"]) await fleet.agent(host);
    return fleet;
  }

  /** Makes one change, waits until it is everywhere, and answers its revision. */
  async change(command: string | readonly string[]): Promise<number> {
    const stdout = await this.box.titan(command);
    const revision = /^revision (\d+)$/m.exec(stdout)?.[1];
    if (revision === undefined) throw new Error(`no revision: ${stdout}`);
    await this.box.titan("verify");
    return Number(revision);
  }

  async apply(documents: string): Promise<number> {
    this.box.write({ "documents.yaml": documents });
    return this.change("apply -f documents.yaml");
  }

  /** What became of a host by everything from `revision` on. */
  async host(name: string, revision: number): Promise<HostView> {
    await this.agent(name);
    return {
      told: await said(this.box, `titan.host.default.${name}`, revision),
      disk: Object.fromEntries(filesOnDisk(this.box.path(name))),
      git: await this.git(name),
    };
  }

  async agent(name: string): Promise<void> {
    await this.box.titan(["agent", "--host", name, "--dir", this.box.path(name), "--once"]);
  }

  async git(host: string): Promise<Readonly<Record<string, string>>> {
    const folder = `hosts/default/${host}/`;
    const paths = (await pathsInGit(this.titan.git)).filter((path) => path.startsWith(folder));
    const files = paths.map(async (path) => {
      const text = await fileInGit(this.titan.git, path);
      return [path.slice(folder.length), `${text}\n`] as const;
    });
    return Object.fromEntries(await Promise.all(files));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }
}

/** The one file of a deployment on a host. */
export function page(deployment: string, host: string, text = "hello"): Record<string, string> {
  return { [`default/${deployment}/page.txt`]: `${deployment} says ${text} on ${host}\n` };
}

/** A host that was told this and has exactly these files, on disk and in Git. */
export function hostWith(
  told: readonly string[],
  files: Readonly<Record<string, string>>,
): HostView {
  return { told, disk: files, git: files };
}
