import { assignment, hostDeployment, hostTarget, rendered } from "./derived.ts";
import { deployment, host, target, template, workload, type Given } from "./nouns.ts";

/**
 * The fixed inputs of the golden tests: a bit of everything that reaches an output byte. What is
 * here is never changed, because the golden files of old versions were made with it; something new
 * is added under a new name, with a new version of the views that it touches.
 */
export const CORPUS: readonly Given[] = [
  host("tim-pi", { site: "lab", zone: "a", "example.com/rack": "r-7" }, 4),
  host("iot/box", { site: "lab" }, 5),
  host("iot/bare", {}, 6),
  host("other/far", { site: "lab", zone: "b" }, 7),
  target("lab", "site=lab"),
  target("iot/lab", "site in (lab,barn),!gpu"),
  target("every", ""),
  workload("sensor", {
    repo: "https://git.example/sensor",
    image: "sensor:1",
    values: '{"rate":5}',
  }),
  template(
    "service",
    {
      "app.conf":
        "{{workload.image}} {{values.rate}} {{#values.list}}[{{.}}]{{/values.list}} ü€𝄞\n",
      "host.conf": '{{host.name}} {{host.labels.zone}} {{host.labels["example.com/rack"]}}\n',
      "raw/copy.txt": "{{not touched}}\n",
    },
    { defaults: '{"list":[1,"two",true],"rate":1}', verbatim: ["raw/**"] },
  ),
  template(
    "square",
    { "a.conf": "[[deployment.name]] {{as it is}}\n" },
    { delimiters: ["[[", "]]"] },
  ),
  deployment(
    "prod",
    { workload: "sensor", template: "service", target: "lab" },
    { createdRevision: 12, values: '{"rate":"{{host.name}}"}' },
  ),
  deployment(
    "iot/one",
    { workload: "default/sensor", template: "default/square", target: "iot/lab" },
    { createdRevision: 13, replicas: 1 },
  ),
  hostTarget("tim-pi", "every", "lab"),
  hostTarget("iot/box", "iot/lab"),
  hostTarget("iot/bare", "iot/lab"),
  assignment("iot/one", "iot/box", 13),
  hostDeployment("tim-pi", "prod", {
    createdRevision: 12,
    hostLabels: { zone: "a", "example.com/rack": "r-7" },
  }),
  hostDeployment("iot/box", "iot/one", { createdRevision: 13 }),
  rendered("prod", { "app.conf": "{{deployment.name}} {{host.name}} {{host.labels.zone}}\n" }, 12),
  rendered("iot/one", { "deep/er/a.conf": "one\n" }, 13),
];
