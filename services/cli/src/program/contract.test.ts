import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { NOUN_NAMES, type NounKind } from "@titan/domain";
import { EXIT_STATUS } from "../exit-status.ts";
import { KINDS } from "../kinds.ts";
import { processShell } from "../process-shell.ts";
import { createProgram } from "./program.ts";
import { Runner } from "./runner.ts";

const page = readFileSync(new URL("../../../../docs/contract.md", import.meta.url), "utf8");
const section = page.slice(page.indexOf("## Command line"), page.indexOf("## HTTP"));
const lines = section.split("\n").filter((line) => line.startsWith("    titan "));
const program = createProgram(new Runner(processShell(new AbortController().signal)));

/** Said on the page for many commands at once, or not worth a line on it. */
const NOT_ON_A_LINE = [
  "--workspace",
  "--output",
  "--server",
  "--token",
  "--watch",
  "--at",
  "--dry-run",
  "--reason",
  "--expect",
  "--name",
  "--filename",
  "--selector",
  "--labels",
  "--description",
];

function flagsIn(line: string): readonly string[] {
  return [...line.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
}

function commandsOf(line: string): readonly Command[] {
  let found: readonly Command[] = [program];
  for (const word of line.trim().split(/\s+/).slice(1)) {
    if (!/^[a-z|]+$/.test(word)) break;
    const names = word.split("|");
    const next = found.flatMap(({ commands }) =>
      commands.filter((each) => names.includes(each.name())),
    );
    if (next.length === 0) break;
    expect(next.map((each) => each.name()).toSorted(), line).toEqual(names.toSorted());
    found = next;
  }
  return found;
}

function leaves(command: Command): readonly Command[] {
  const shown = command.commands.filter((each) => !["help", "__complete"].includes(each.name()));
  return shown.length === 0 ? [command] : shown.flatMap(leaves);
}

test.each(lines)("the program has what the page says: %s", (line) => {
  const commands = commandsOf(line);
  expect(commands, line).not.toContain(program);
  for (const command of commands) {
    const known = command.options.map(({ long }) => long);
    for (const flag of flagsIn(line)) expect(known, `${flag} of ${line}`).toContain(flag);
  }
});

test.each(leaves(program).map((command) => [command.name(), command] as const))(
  "the page has what the program has: %s",
  (_name, command) => {
    const own = lines.filter((line) => commandsOf(line).includes(command));
    expect(own).not.toHaveLength(0);
    const said = own.flatMap(flagsIn);
    for (const { long } of command.options) {
      if (typeof long === "string" && !NOT_ON_A_LINE.includes(long))
        expect(said, command.name()).toContain(long);
    }
  },
);

test("every exit status is on the page", () => {
  for (const status of Object.values(EXIT_STATUS)) expect(section).toContain(`| ${status} |`);
});

test("the kinds are those of the domain", () => {
  for (const { kind, singular, plural } of KINDS) {
    if (kind === "Assignment") continue;
    expect(NOUN_NAMES[kind as NounKind]).toMatchObject({ singular, plural });
  }
});
