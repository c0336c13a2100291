import { RELEASED_VIEWS } from "@titan/processor-runtime/service";
import { expect, test } from "vitest";
import { VIEWS } from "../../services/cli/src/up/views.ts";

test("services that run alone agree with the views on which versions are released", () => {
  expect(RELEASED_VIEWS).toEqual(VIEWS.map(({ name, version }) => ({ name, version })));
});
