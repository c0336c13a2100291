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
  const roots = rootsOf(events);
  return values.flatMap((value, index) => {
    if (value === null || value === undefined) return [];
    const root = roots[index] ?? 0;
    const locate = (pointer: string): string =>
      placeAt(text, name, offsetOf(events, text, root, pointer));
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

/** Per document, which event begins its value. */
function rootsOf(events: readonly Event[]): readonly number[] {
  return events.flatMap((event, at) => (event.type === EVENT_ID.DOCUMENT ? [at + 1] : []));
}

/**
 * Where the value begins that the pointer names, or the nearest around it. It is looked for when
 * somebody asks: a list of all pointers would take the square of a text with long keys.
 */
function offsetOf(events: readonly Event[], text: string, root: number, pointer: string): number {
  let at = root;
  let offset = startOf(events[at]) ?? 0;
  for (const step of pointer.split("/").slice(1)) {
    const below = stepInto(events, text, at, step);
    if (below === undefined) break;
    at = below.at;
    offset = below.offset ?? offset;
  }
  return offset;
}

interface Below {
  readonly at: number;
  readonly offset: number | undefined;
}

/** What one step of a pointer leads to. A field begins where its key stands. */
function stepInto(
  events: readonly Event[],
  text: string,
  from: number,
  step: string,
): Below | undefined {
  const type = events[from]?.type;
  if (type !== EVENT_ID.SEQUENCE && type !== EVENT_ID.MAPPING) return undefined;
  let at = from + 1;
  for (let index = 0; events[at] !== undefined && events[at]?.type !== EVENT_ID.POP; index += 1) {
    if (type === EVENT_ID.SEQUENCE) {
      if (step === String(index)) return { at, offset: startOf(events[at]) };
    } else {
      const key = events[at];
      const value = after(events, at);
      const isField = key?.type === EVENT_ID.SCALAR && escaped(getScalarValue(text, key)) === step;
      if (isField) return { at: value, offset: startOf(key) };
      at = value;
    }
    at = after(events, at);
  }
  return undefined;
}

/** The event behind a whole value. */
function after(events: readonly Event[], from: number): number {
  let at = from;
  let depth = 0;
  do {
    const type = events[at]?.type;
    if (type === EVENT_ID.SEQUENCE || type === EVENT_ID.MAPPING) depth += 1;
    else if (type === EVENT_ID.POP) depth -= 1;
    at += 1;
  } while (depth > 0 && at < events.length);
  return at;
}

function startOf(event: Event | undefined): number | undefined {
  // A value that is not there has no place of its own.
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart < 0 ? undefined : event.valueStart;
  const isWithin = event?.type === EVENT_ID.SEQUENCE || event?.type === EVENT_ID.MAPPING;
  return isWithin ? event.start : undefined;
}

function escaped(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}

function placeAt(text: string, name: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `${name}:${line}:${offset - before.lastIndexOf("\n")}`;
}

/** JSON has no infinities, and a document that grows without end is not walked to its end. */
function checkValues(value: unknown, fail: (pointer: string, fault: string) => never): void {
  let count = 0;
  const look = (each: unknown, pointer: string, depth: number): void => {
    count += 1;
    // An alias within what it stands for has no end.
    if (depth > DEPTH_MAX) fail("", `it is nested over ${DEPTH_MAX} deep`);
    if (count > VALUES_MAX) fail("", `with its aliases followed it has over ${VALUES_MAX} values`);
    if (typeof each === "number" && !Number.isFinite(each))
      fail(pointer, "this number can not be sent");
    if (typeof each !== "object" || each === null) return;
    for (const [key, below] of Object.entries(each))
      look(below, `${pointer}/${escaped(key)}`, depth + 1);
  };
  look(value, "", 0);
}
