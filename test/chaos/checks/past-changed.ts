import { doing } from "../history/history.ts";
import type { Anomaly, Check } from "./anomaly.ts";

/** One question about the past has one answer, of every replica, for ever. */
export const pastChanged: Check = ({ calls }) => {
  const first = new Map<string, { readonly answer: string; readonly call: number }>();
  const found: Anomaly[] = [];
  for (const { call, request, answer } of [...doing(calls, "read"), ...doing(calls, "list")]) {
    if (request.at === undefined) continue;
    if (answer?.is !== "object" && answer?.is !== "objects") continue;
    const shown = answer.is === "object" ? answer.version : answer.versions;
    const about =
      request.does === "read" ? `${request.object.kind} ${request.object.key}` : request.kind;
    const question = `${about} at ${request.at}`;
    const now = JSON.stringify(shown);
    const known = first.get(question);
    if (known === undefined) first.set(question, { answer: now, call });
    else if (known.answer !== now) {
      const detail = `${question} was ${known.answer}, then ${now}`;
      found.push({ kind: "past changed", detail, calls: [known.call, call] });
    }
  }
  return found;
};
