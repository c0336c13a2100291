import { type BoundFile, type PathFault, pathFaults } from "@titan/domain";
import { blobOid, type DesiredFile } from "./git-object-id.ts";
import { OidTree } from "./oid-tree.ts";
import { KUSTOMIZATION_FILE, kustomizationBytes, resourcesOf } from "./kustomization.ts";

export interface HostTreeChange {
  /** Full paths that were written anew or removed, sorted. */
  readonly changed: readonly string[];
  /** Why none of the deployment's files are in the tree. */
  readonly problem: PathFault | null;
}

/** The files of a deployment as one host gets them. */
export type FilesOf = (host: string, deployment: string) => readonly BoundFile[];

interface HostPart {
  readonly deployments: Map<string, DeploymentPart>;
  kustomization: Uint8Array | null;
}

interface DeploymentPart {
  readonly paths: readonly string[];
  /** Relative to the host's folder. */
  readonly resources: readonly string[];
}

const ROOT = "hosts";
const KEY = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * The whole tree below `hosts/` as paths, modes and ids. Promises: it is a function of what is set
 * now, whatever came before; a change costs what one host costs. It keeps no bytes of deployments:
 * 50,000 files fit into memory as ids. Hosts and deployments are named `workspace/name`.
 */
export class HostTree {
  readonly #hosts = new Map<string, HostPart>();
  readonly #entries = new Map<string, DesiredFile>();
  readonly #oids = new OidTree();
  readonly #before = new Map<string, DesiredFile | null>();

  /** Lives on: do not change the tree while somebody publishes from this. */
  get entries(): ReadonlyMap<string, DesiredFile> {
    return this.#entries;
  }

  /** Git's id of `hosts/`, at the cost of what changed since it was last asked for. */
  get oid(): string {
    return this.#oids.oid;
  }

  /** Works `oid` out, a folder at a time. */
  work(): Generator<void> {
    return this.#oids.work();
  }

  /** What differs, or did for a while, from the tree at the last `settle`: what was there then. */
  get before(): ReadonlyMap<string, DesiredFile | null> {
    return this.#before;
  }

  /** The tree as it is now was published. */
  settle(): void {
    this.#before.clear();
  }

  /** Makes these the files of the deployment on the host. Unsafe paths: a problem, and no files. */
  set(host: string, deployment: string, files: readonly BoundFile[]): HostTreeChange {
    const problem = pathFaults(files.map((file) => file.path))[0] ?? null;
    return { changed: this.#replace(host, deployment, problem === null ? files : []), problem };
  }

  remove(host: string, deployment: string): HostTreeChange {
    return { changed: this.#replace(host, deployment, []), problem: null };
  }

  /**
   * Reads the bytes of any path of the tree. It binds a deployment again when its first file is
   * asked for and keeps only the last one, so paths are best asked for in sorted order.
   */
  contentReader(filesOf: FilesOf): (path: string) => Uint8Array {
    let last: { readonly folder: string; readonly files: ReadonlyMap<string, Uint8Array> } | null =
      null;
    return (path) => {
      const { host, deployment, file } = locate(path);
      if (deployment === null) return this.#hosts.get(host)?.kustomization ?? missing(path);
      const folder = deploymentFolder(host, deployment);
      if (last?.folder !== folder) {
        const files = filesOf(host, deployment);
        last = { folder, files: new Map(files.map((bound) => [bound.path, bound.bytes])) };
      }
      return last.files.get(file) ?? missing(path);
    };
  }

  #replace(host: string, deployment: string, files: readonly BoundFile[]): readonly string[] {
    checkKey(host);
    checkKey(deployment);
    const part = this.#hosts.get(host) ?? { deployments: new Map(), kustomization: null };
    const folder = deploymentFolder(host, deployment);
    const changed: string[] = [];
    const paths: string[] = [];
    for (const file of files) {
      const path = `${folder}/${file.path}`;
      paths.push(path);
      const mode = file.executable ? "100755" : "100644";
      this.#put(path, { mode, oid: blobOid(file.bytes) }, changed);
    }
    const kept = new Set(paths);
    for (const path of part.deployments.get(deployment)?.paths ?? []) {
      if (!kept.has(path)) this.#put(path, null, changed);
    }
    if (paths.length === 0) {
      part.deployments.delete(deployment);
    } else {
      const resources = resourcesOf(files).map((path) => `${deployment}${path && `/${path}`}`);
      part.deployments.set(deployment, { paths, resources });
    }
    this.#kustomize(host, part, changed);
    if (part.deployments.size === 0) this.#hosts.delete(host);
    else this.#hosts.set(host, part);
    return changed.sort();
  }

  #kustomize(host: string, part: HostPart, changed: string[]): void {
    const resources = [...part.deployments.values()].flatMap((deployment) => deployment.resources);
    part.kustomization = resources.length === 0 ? null : kustomizationBytes(resources);
    const entry =
      part.kustomization === null
        ? null
        : ({ mode: "100644", oid: blobOid(part.kustomization) } as const);
    this.#put(`${ROOT}/${host}/${KUSTOMIZATION_FILE}`, entry, changed);
  }

  #put(path: string, entry: DesiredFile | null, changed: string[]): void {
    const before = this.#entries.get(path);
    if (before?.oid === entry?.oid && before?.mode === entry?.mode) return;
    if (entry === null) this.#entries.delete(path);
    else this.#entries.set(path, entry);
    this.#oids.set(path.slice(ROOT.length + 1), entry);
    if (!this.#before.has(path)) this.#before.set(path, before ?? null);
    changed.push(path);
  }
}

interface Location {
  readonly host: string;
  /** Null: the host's generated kustomization. */
  readonly deployment: string | null;
  readonly file: string;
}

function locate(path: string): Location {
  const [root, hostWorkspace, hostName, workspace, name, ...rest] = path.split("/");
  if (root !== ROOT || hostName === undefined || workspace === undefined) return missing(path);
  const host = `${hostWorkspace}/${hostName}`;
  // No workspace is named like this: names have no dots.
  if (workspace === KUSTOMIZATION_FILE) return { host, deployment: null, file: workspace };
  return { host, deployment: `${workspace}/${name}`, file: rest.join("/") };
}

function deploymentFolder(host: string, deployment: string): string {
  return `${ROOT}/${host}/${deployment}`;
}

/** Names come validated from the feed; another one is a Bug that must not become a path. */
function checkKey(key: string): void {
  if (!KEY.test(key)) throw new RangeError(`${JSON.stringify(key)} is not workspace/name.`);
}

function missing(path: string): never {
  throw new RangeError(`${path} is not in the tree.`);
}
