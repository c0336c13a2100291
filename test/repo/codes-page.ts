import { CODES } from "@titan/domain";
import { FEED_CODES } from "@titan/change-feed";

/** `docs/codes.md`: every code with which a change is refused, and what it means. */
export function codesPage(): string {
  const row = ([code, meaning]: readonly [string, string]): string =>
    `| \`${code}\` | ${meaning} |`;
  const rows = [...Object.entries(CODES), ...Object.entries(FEED_CODES)].map(row).sort();
  return [
    "# Codes",
    "",
    "Why a change is refused. Programs branch on the code; none is renamed or given a second meaning.",
    "Made from `libs/domain/src/codes.ts` and `services/change-feed/src/refusal.ts` by",
    "`TITAN_DOCS=write npx vitest run --project unit test/repo/codes.test.ts`; do not edit.",
    "",
    "| code | what it means |",
    "| --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
