/**
 * Every code with which the API itself answers a problem; the feed's own codes are in the domain.
 * Codes are part of the contract: one is never renamed and never given a second meaning.
 */
export const PROBLEM_CODES = {
  "bad-request": { status: 400, title: "The request can not be read" },
  "bad-query": { status: 400, title: "A query parameter can not be read" },
  "bad-header": { status: 400, title: "A header can not be read" },
  "not-signed-in": { status: 401, title: "Not signed in" },
  "not-allowed": { status: 403, title: "Not allowed" },
  "no-such-route": { status: 404, title: "There is no such route" },
  "not-found": { status: 404, title: "There is no such object" },
  "change-unknown": { status: 404, title: "There is no verdict on such a change" },
  "no-such-stream": { status: 404, title: "There is no such stream" },
  refused: { status: 422, title: "The change was refused" },
  "key-already-used": { status: 409, title: "The key was used before" },
  "stale-report": { status: 409, title: "A newer report is known" },
  gone: { status: 410, title: "It is not kept any more" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "proposal-too-large": { status: 413, title: "The change is too large for one record" },
  "unsupported-media-type": { status: 415, title: "The body is not JSON" },
  "route-mismatch": { status: 422, title: "The object is not the one that the route names" },
  "view-version-not-offered": { status: 422, title: "No running task offers this version" },
  "invalid-report": { status: 422, title: "The report can not be read" },
  internal: { status: 500, title: "Something went wrong in the server" },
  lagging: { status: 503, title: "What is needed has not been read yet" },
  starting: { status: 503, title: "The server is still reading the log" },
  overloaded: { status: 503, title: "Too much is waiting already" },
  "log-unavailable": { status: 503, title: "The log does not take records" },
  "verdict-timeout": { status: 504, title: "The verdict did not come in time" },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
