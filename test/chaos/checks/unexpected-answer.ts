import type { Check } from "./anomaly.ts";

/** Whatever happens, clients get answers that the contract has. */
export const unexpectedAnswer: Check = ({ calls }) =>
  calls.flatMap(({ call, answer, request }) => {
    if (answer?.is !== "unexpected") return [];
    const detail = `${request.does} was answered with ${answer.status} ${answer.body}`;
    return [{ kind: "unexpected answer" as const, detail, calls: [call] }];
  });
