import { expect, test } from "vitest";
import { World } from "../decide/world.ts";
import type { Template } from "../records.generated.ts";
import { apply, create } from "../testing/operations.ts";
import { specForDecide } from "../testing/spec-for-decide.ts";
import { templateValue } from "../testing/noun-builders.ts";
import { bindFiles, type BindingHost } from "./bind.ts";
import { renderedDeploymentOf } from "./deployment-rendering.ts";
import { parseTemplate } from "./parsed-template.ts";

const HOST: BindingHost = { name: "tim-pi", labels: { site: "barn" } };
/** Of the host, of the template's own delimiters, and of those that others have. */
const TYPED = ["{{host.name}}", "[[host.name]]", "[[values.b]]", "{{=<% %>=}}", "[[#values.a]]"];

/** The world after the change that makes the deployment, as the feed decides it. */
function decided(values: Readonly<Record<string, string>>): World {
  const text = Object.keys(values)
    .map((name) => `${name}: [[values.${name}]] on [[host.name]]\n`)
    .join("");
  const { world } = specForDecide().given(
    create("Target", "lab", { selector: "site=lab" }),
    create("Workload", "w"),
    create("Template", "p", { files: { "a.conf": { text } }, delimiters: ["[[", "]]"] }),
    apply("Deployment", "prod", { workload: "w", template: "p", target: "lab", values }),
  );
  return world;
}

/** What lies on the host: rendered once for all, then bound. */
function fileOf(world: World, of?: Template): string {
  const deployment = world.get("Deployment", "default/prod")?.value;
  const workload = world.get("Workload", "default/w")?.value;
  const template = of ?? world.get("Template", "default/p")?.value;
  if (deployment === undefined || workload === undefined || template === undefined) {
    throw new Error("what was decided is not there");
  }
  const { files, problem } = renderedDeploymentOf(deployment, workload, parseTemplate(template));
  expect(problem).toBeNull();
  const binding = bindFiles(files, HOST);
  if (!binding.ok) throw new Error(binding.problems.map(({ detail }) => detail).join("\n"));
  return new TextDecoder().decode(binding.files[0]?.bytes);
}

test.each(TYPED)("history 9: a value that is %s arrives as typed", (typed) => {
  expect(fileOf(decided({ a: typed, b: "x" }))).toBe(`a: ${typed} on tim-pi\nb: x on tim-pi\n`);
});

test("history 9: files that are text with tags left in it would expand a value a second time", () => {
  const typed = "[[host.name]] [[values.b]]";
  const world = decided({ a: typed, b: "x" });
  const once = fileOf(world);
  expect(once).toContain(`a: ${typed} on tim-pi`);
  const again = templateValue("p", { "a.conf": once }, { delimiters: ["[[", "]]"] });
  expect(fileOf(world, again)).toContain("a: tim-pi x on tim-pi");
});
