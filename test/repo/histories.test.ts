import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PLANTS } from "../sim/plants.ts";
import { ROOT } from "./source-files.ts";

const README = "test/sim/README.md";
const HISTORIES = 18;
const PLANTED = 35;

interface Place {
  readonly path: string;
  readonly name: string;
}

/** The rows of the table below a heading, without its head. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const lines = readFileSync(`${ROOT}${README}`, "utf8").split("\n");
  const from = lines.indexOf(`## ${heading}`);
  const rows: string[][] = [];
  for (const line of lines.slice(from + 1)) {
    if (line.startsWith("## ")) break;
    if (line.startsWith("| "))
      rows.push(
        line
          .split("|")
          .map((cell) => cell.trim())
          .slice(1, -1),
      );
  }
  return rows.slice(2);
}

/** What a cell points to: `` `file` › name ``, with `<br>` between several. */
function placesIn(cell: string): readonly Place[] {
  return cell.split("<br>").map((text) => {
    const [, path = "", name = ""] = /^`([^`]+)` › (.+)$/.exec(text) ?? [];
    return { path, name };
  });
}

/** What is wrong with a place, if anything. */
function fault({ path, name }: Place): string | undefined {
  if (path === "" || name === "") return "a cell is not of the form `file` › name";
  if (!existsSync(`${ROOT}${path}`)) return `${path} is not there`;
  const text = readFileSync(`${ROOT}${path}`, "utf8");
  return text.includes(JSON.stringify(name)) ? undefined : `${path} has no ${name}`;
}

const planted = rowsBelow("Planted mistakes");
const histories = rowsBelow("Histories");

test.each(planted)("%s: what finds it is there", (name, places = "") => {
  expect(name).not.toBe("");
  expect(placesIn(places).map(fault)).toEqual(placesIn(places).map(() => undefined));
});

test.each(histories)("history %s: what plays it is there", (_, places = "", seen = "") => {
  expect(placesIn(places).map(fault)).toEqual(placesIn(places).map(() => undefined));
  expect(seen).not.toBe("");
});

test("every planted mistake and every history has its row", () => {
  expect(planted).toHaveLength(PLANTED);
  const names = planted.map(([name]) => name);
  expect(PLANTS.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
  expect(histories.map(([number]) => number)).toEqual(
    Array.from({ length: HISTORIES }, (_, at) => String(at + 1)),
  );
});

test.each([
  ["no path", "a place needs a file and a name"],
  ["`test/sim/none.ts` › x", "a file that is not there"],
  ["`test/sim/plants.ts` › no such plant", "a name that is not there"],
])("%s is refused: %s", (cell) => {
  expect(placesIn(cell).map(fault)).not.toContain(undefined);
});
