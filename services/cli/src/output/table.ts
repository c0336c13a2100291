import { printable } from "./output.ts";

/** Columns as wide as their widest cell, two blanks between, nothing cut, no blanks at the end. */
export function tableText(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [headings, ...rows].map((row) => row.map(cell));
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cell(text: string): string {
  return text === "" ? "-" : printable(text).replaceAll(/[\n\t]/g, " ");
}
