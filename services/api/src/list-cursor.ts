import { ApiProblem } from "./problem.ts";

/** Where a list goes on: behind a key, at the revision at which it began. */
export interface ListCursor {
  readonly revision: number;
  readonly after: string;
}

export function encodeCursor({ revision, after }: ListCursor): string {
  return Buffer.from(JSON.stringify([revision, after])).toString("base64url");
}

export function decodeCursor(text: string): ListCursor {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (Array.isArray(parsed)) {
      const [revision, after]: readonly unknown[] = parsed;
      if (Number.isSafeInteger(revision) && typeof after === "string") {
        return { revision: Number(revision), after };
      }
    }
  } catch {
    // Said below.
  }
  throw ApiProblem.of("bad-query", "the cursor is not one that this server gave");
}
