import {
  constructFromEvents,
  CORE_SCHEMA,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  YAMLException,
  type Event,
} from "js-yaml";
import { CommandError } from "../command-error.ts";
import { fileRefusal } from "./file-refusal.ts";

export interface YamlDocument {
  readonly value: unknown;
  /** Where the value that a JSON pointer names begins, as `file:line:column`; or the nearest that is there. */
  readonly locate: (pointer: string) => string;
}

const DEPTH_MAX = 64;
const ALIASES_MAX = 100;
/** Values after aliases are followed: a few aliases to aliases could make billions. */
const VALUES_MAX = 200_000;

/** Reads YAML or JSON, one document or several. Empty documents are left out. */
export function parseDocuments(text: string, name: string): readonly YamlDocument[] {
  let events: readonly Event[];
  let values: readonly unknown[];
  try {
    const parsed = parseEvents(text, { filename: name, maxDepth: DEPTH_MAX });
    events = parsed;
    values = constructFromEvents(parsed, {
      source: text,
      filename: name,
      // Dates, binaries and sets of YAML 1.1 stay what they are written as.
      schema: CORE_SCHEMA,
      maxAliases: ALIASES_MAX,
    });
  } catch (error) {
    throw new CommandError(`${faultText(error, name)} [invalid-document]`);
  }
  const places = positionsOf(events, text);
  return values.flatMap((value, index) => {
    if (value === null || value === undefined) return [];
    const offsets = places[index] ?? new Map<string, number>();
    const locate = (pointer: string): string => placeAt(text, name, nearest(offsets, pointer));
    checkValues(value, (pointer, fault) => {
      throw fileRefusal("invalid-document", locate(pointer), fault);
    });
    return [{ value, locate }];
  });
}

function faultText(error: unknown, name: string): string {
  if (!(error instanceof YAMLException)) return `${name}: ${String(error)}`;
  const { mark, reason } = error;
  return mark === undefined
    ? `${name}: ${reason}`
    : `${name}:${mark.line + 1}:${mark.column + 1}: ${reason}`;
}

/** Per document, where in the text the value at each pointer begins. */
function positionsOf(
  events: readonly Event[],
  text: string,
): readonly ReadonlyMap<string, number>[] {
  const documents: Map<string, number>[] = [];
  let at = 0;
  const walk = (pointer: string, offsets: Map<string, number>): void => {
    const event = events[at];
    at += 1;
    if (event === undefined) return;
    if (event.type === EVENT_ID.SCALAR) offsets.set(pointer, event.valueStart);
    if (event.type !== EVENT_ID.SEQUENCE && event.type !== EVENT_ID.MAPPING) return;
    if (!offsets.has(pointer)) offsets.set(pointer, event.start);
    for (let index = 0; events[at] !== undefined && events[at]?.type !== EVENT_ID.POP; index += 1) {
      if (event.type === EVENT_ID.SEQUENCE) walk(`${pointer}/${index}`, offsets);
      else walkPair(pointer, offsets);
    }
    at += 1;
  };
  const walkPair = (pointer: string, offsets: Map<string, number>): void => {
    const key = events[at];
    const isText = key?.type === EVENT_ID.SCALAR;
    const below = isText ? `${pointer}/${escaped(getScalarValue(text, key))}` : `${pointer}/?`;
    walk(below, offsets);
    // A field begins where its key stands.
    const start = offsets.get(below);
    walk(below, offsets);
    if (start !== undefined) offsets.set(below, start);
  };
  while (at < events.length) {
    const event = events[at];
    at += 1;
    if (event?.type !== EVENT_ID.DOCUMENT) continue;
    const offsets = new Map<string, number>();
    documents.push(offsets);
    while (events[at] !== undefined && events[at]?.type !== EVENT_ID.POP) walk("", offsets);
    at += 1;
  }
  return documents;
}

function escaped(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

function nearest(offsets: ReadonlyMap<string, number>, pointer: string): number {
  for (let path = pointer; path !== ""; path = path.slice(0, path.lastIndexOf("/"))) {
    const offset = offsets.get(path);
    if (offset !== undefined) return offset;
  }
  return offsets.get("") ?? 0;
}

function placeAt(text: string, name: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `${name}:${line}:${offset - before.lastIndexOf("\n")}`;
}

/** JSON has no infinities, and a document that grows without end is not walked to its end. */
function checkValues(value: unknown, fail: (pointer: string, fault: string) => never): void {
  let count = 0;
  const look = (each: unknown, pointer: string): void => {
    count += 1;
    if (count > VALUES_MAX) fail("", `with its aliases followed it has over ${VALUES_MAX} values`);
    if (typeof each === "number" && !Number.isFinite(each))
      fail(pointer, "this number can not be sent");
    if (typeof each !== "object" || each === null) return;
    for (const [key, below] of Object.entries(each)) look(below, `${pointer}/${escaped(key)}`);
  };
  look(value, "");
}
