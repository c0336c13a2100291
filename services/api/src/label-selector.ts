import { parseSelector, type Selector } from "@titan/domain";
import { ApiProblem } from "./problem.ts";

/** The `labelSelector` of a list, in Kubernetes' grammar. */
export function labelSelectorOf(text: string | undefined): Selector | undefined {
  if (text === undefined) return undefined;
  const parse = parseSelector(text);
  if (parse.ok) return parse.selector;
  throw ApiProblem.of("bad-query", `labelSelector can not be read: ${parse.detail}`, {
    errors: [
      { code: "invalid-selector", pointer: "/labelSelector", detail: parse.detail, hint: "" },
    ],
  });
}
