import type { HostDeployment, HostStatus, RenderedDeployment } from "@titan/domain";
import { canonical } from "./canonical.ts";
import type { DiskEffect } from "./sim-host-disk.ts";
import type { ForeignFiles } from "./sim-host-foreign.ts";
import type { Files, HostTruth } from "./sim-host-truth.ts";

type Contents = Readonly<Record<string, string>>;

export interface HostChecksOptions {
  readonly name: string;
  readonly foreign: ForeignFiles;
  /** By installation. */
  readonly truths: ReadonlyMap<string, HostTruth>;
  /** Of those, the ones that an operator let the host follow. */
  readonly accepted: ReadonlySet<string>;
  readonly onViolation: (text: string) => void;
}

/** A bookmark and its state, as they lie on the disk. */
interface Stored {
  readonly installation: string;
  readonly stream: string;
  readonly revision: number;
  readonly state: ReadonlyMap<string, unknown>;
}

const STREAMS = "/state/streams/";
const FILE = /^\/run\/([^/]+\/[^/]+)\/(.+)$/;
const DRAFT = ".titan-new-";

/**
 * What must hold on a host's disk, looked at from outside: after every effect, after every crash, and
 * whenever the agent says what it runs. It reads what lies there by itself and uses nothing of the
 * agent.
 */
export class HostChecks {
  readonly #options: HostChecksOptions;
  #first: string | undefined;
  /** Path → the installation of the own slice when the file was put there. */
  readonly #cameFrom = new Map<string, string>();
  /** Deployments that ran whole when last heard of, by their incarnation. */
  readonly #whole = new Map<string, { readonly installation: string; readonly created: number }>();

  constructor(options: HostChecksOptions) {
    this.#options = options;
  }

  /** After a start, before the agent does anything. */
  started(contents: Contents): void {
    this.#foreignUntouched(contents);
    for (const path of Object.keys(contents)) {
      if (isStored(path)) this.#stored(path, contents);
    }
  }

  effect({ call, path, before, after }: DiskEffect): void {
    const { foreign } = this.#options;
    if (!path.startsWith("/run") && !path.startsWith("/state")) {
      this.#violation(`${call} of ${path}, outside of its folders`);
    }
    if (foreign.files.has(path)) this.#violation(`${call} of ${path}, which is not its own`);
    if (isStored(path) && after[path] !== undefined) this.#movedOn(path, before, after);
    const [, deployment = "", file = ""] = FILE.exec(path) ?? [];
    if (deployment === "" || file.includes(DRAFT)) return;
    if (call === "rename") this.#written(deployment, file, before, after);
    if (call === "unlink") this.#unlinked(deployment, file, before);
  }

  /** A report is due: the disk must hold just what it says. */
  reported(report: HostStatus, contents: Contents, trouble: boolean): void {
    this.#foreignUntouched(contents);
    const truth = this.#options.truths.get(report.installation);
    const bookmark = this.#own(contents)?.revision;
    if (bookmark !== report.revision) {
      this.#violation(`reports revision ${report.revision}, but its bookmark is ${bookmark}`);
    }
    if (truth === undefined) return;
    const slice = truth.slice(report.revision);
    const said = new Map(report.deployments.map((status) => [status.deployment, status]));
    for (const [deployment, placement] of slice) {
      const status = said.get(deployment);
      if (status === undefined) this.#violation(`does not report ${deployment}`);
      if (status?.state === "deployed") {
        const rendered = truth.rendered(deployment, status.revision);
        if (
          rendered?.digest !== status.digest ||
          rendered.createdRevision !== placement.createdRevision
        ) {
          this.#violation(`says that ${deployment} runs what its cuts do not say`);
          continue;
        }
        this.#runs(deployment, truth.files(placement, rendered), contents);
        const { installation } = report;
        this.#whole.set(deployment, { installation, created: placement.createdRevision });
      } else if (status?.state === "failed") {
        // The two streams are each exact, and not exact together: a label may come later.
        const rendered = truth.rendered(deployment, status.revision);
        const isEarly = rendered?.hostLabels.some((label) => !(label in placement.hostLabels));
        const files = rendered === undefined ? new Map() : truth.files(placement, rendered);
        const isBlocked = this.#options.foreign.blocks(deployment, files);
        if (!trouble && !isBlocked && isEarly !== true)
          this.#violation(`can not run ${deployment}: ${JSON.stringify(status.error)}`);
      }
    }
    if (trouble) return;
    for (const path of this.#ownFiles(contents)) {
      const [, deployment = ""] = FILE.exec(path) ?? [];
      if (!slice.has(deployment)) {
        this.#violation(`has ${path}, which its slice at ${report.revision} does not name`);
      }
    }
  }

  /**
   * In the end: the very files of the reference model and those of others, and nothing else. Answers
   * how many deployments run.
   */
  converged(contents: Contents, installation: string, revision: number): number {
    const { truths, foreign } = this.#options;
    const truth = truths.get(installation);
    const wanted = new Map(foreign.files);
    const blocked: string[] = [];
    const slice = truth?.slice(revision) ?? new Map<string, HostDeployment>();
    for (const [deployment, placement] of slice) {
      const rendered = truth?.rendered(deployment, revision);
      if (truth === undefined || rendered === undefined) continue;
      const files = truth.files(placement, rendered);
      if (foreign.blocks(deployment, files)) blocked.push(`/run/${deployment}/`);
      else for (const [path, text] of files) wanted.set(`/run/${deployment}/${path}`, text);
    }
    for (const path of new Set([...wanted.keys(), ...Object.keys(contents)])) {
      if (path.startsWith("/state/") || foreign.isFolder(path)) continue;
      if (blocked.some((folder) => path.startsWith(folder))) continue;
      const [found, text] = [contents[path], wanted.get(path)];
      if (found === text) continue;
      this.#violation(`has ${found} in ${path}, but the feed at ${revision} says ${text}`);
    }
    return slice.size - blocked.length;
  }

  #runs(deployment: string, files: Files, contents: Contents): void {
    for (const [path, text] of files) {
      const found = contents[`/run/${deployment}/${path}`];
      if (found === text) continue;
      this.#violation(`says that ${deployment} runs, but ${path} is ${found} and not ${text}`);
    }
  }

  /** A bookmark never goes back, and its state is what the feed says at that revision. */
  #movedOn(path: string, before: Contents, after: Contents): void {
    const stored = this.#stored(path, after);
    const last = before[path] === undefined ? undefined : parse(before[path]);
    if (stored === undefined || last?.installation !== stored.installation) return;
    if (stored.revision < last.revision) {
      this.#violation(`${stored.stream} goes back from ${last.revision} to ${stored.revision}`);
    }
  }

  #stored(path: string, contents: Contents): Stored | undefined {
    const stored = parse(contents[path] ?? "");
    if (stored === undefined) {
      this.#violation(`can not read ${path}`);
      return undefined;
    }
    const { installation, stream, revision } = stored;
    const truth = this.#options.truths.get(installation);
    // Whoever has heard of none yet follows the first one.
    this.#first ??= installation;
    const isAccepted = installation === this.#first || this.#options.accepted.has(installation);
    if (truth === undefined || !isAccepted) {
      this.#violation(`follows ${installation}, which nobody accepted`);
      return undefined;
    }
    const expected = canonical(truth.stream(stream, revision));
    const found = canonical(stored.state);
    if (found !== expected) {
      this.#violation(`has ${stream} at ${revision} as ${found}, but the feed says ${expected}`);
    }
    return stored;
  }

  #written(deployment: string, file: string, before: Contents, after: Contents): void {
    const path = `/run/${deployment}/${file}`;
    const installation = this.#own(after)?.installation ?? "";
    const truth = this.#options.truths.get(installation);
    const text = after[path] ?? "";
    const sources = truth?.sources(deployment, file, text);
    if (sources === undefined) {
      this.#violation(`writes ${JSON.stringify(text)} to ${path}, which no revision says`);
      return;
    }
    const old = before[path];
    const last = this.#cameFrom.get(path) === installation && old !== undefined;
    this.#cameFrom.set(path, installation);
    const from = last ? truth?.sources(deployment, file, old) : undefined;
    if (from === undefined) return;
    if (sources.rendered.last < from.rendered.first || sources.own.last < from.own.first) {
      this.#violation(
        `${path} goes back from revision ${from.rendered.first} or ${from.own.first} ` +
          `to ${sources.rendered.last} or ${sources.own.last}`,
      );
    }
  }

  /** A file goes only if the slice does not name it any more, or not that incarnation. */
  #unlinked(deployment: string, file: string, before: Contents): void {
    const whole = this.#whole.get(deployment);
    const own = this.#own(before);
    const placement = own?.state.get(deployment) as HostDeployment | undefined;
    const isNamed =
      placement !== undefined &&
      whole?.created === placement.createdRevision &&
      whole.installation === own?.installation;
    if (!isNamed) {
      this.#whole.delete(deployment);
      const truth = this.#options.truths.get(own?.installation ?? "");
      const isMissed = own !== undefined && truth?.slice(own.revision).has(deployment) === true;
      if (whole === undefined || placement !== undefined || !isMissed) return;
      this.#violation(`removes ${deployment}, which its slice at ${own.revision} names`);
      return;
    }
    const path = `${STREAMS}titan.deployment.${deployment.replace("/", ".")}.json`;
    const stored = before[path] === undefined ? undefined : parse(before[path]);
    const rendered = stored?.state.get(deployment) as RenderedDeployment | undefined;
    const isNew = rendered?.createdRevision === placement.createdRevision;
    if (isNew && !rendered.files.some((each) => each.path === file)) return;
    this.#violation(`removes ${file} of ${deployment}, which stays at ${own?.revision}`);
  }

  #own(contents: Contents): Stored | undefined {
    const text = contents[`${STREAMS}titan.host.default.${this.#options.name}.json`];
    return text === undefined ? undefined : parse(text);
  }

  #ownFiles(contents: Contents): readonly string[] {
    const { foreign } = this.#options;
    return Object.keys(contents).filter(
      (path) => FILE.test(path) && !foreign.files.has(path) && !foreign.isFolder(path),
    );
  }

  #foreignUntouched(contents: Contents): void {
    for (const path of this.#options.foreign.touched(contents)) {
      this.#violation(`${path} is not its own, and was changed`);
    }
  }

  #violation(text: string): void {
    this.#options.onViolation(`host ${this.#options.name}: ${text}`);
  }
}

function isStored(path: string): boolean {
  return path.startsWith(STREAMS) && path.endsWith(".json");
}

/** A line that names the format, and a body; undefined when it is neither. */
function parse(text: string): Stored | undefined {
  try {
    const body = JSON.parse(text.slice(text.indexOf("\n") + 1), bytesAsText) as Omit<
      Stored,
      "state"
    > & {
      readonly state: readonly (readonly [string, unknown])[];
    };
    return { ...body, state: new Map(body.state) };
  } catch {
    return undefined;
  }
}

/** Bytes are written as base64 within an object. */
function bytesAsText(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return (value as { readonly $bytes?: string }).$bytes ?? value;
}
