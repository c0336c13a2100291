import fc from "fast-check";
import { assignment, hostDeployment, hostTarget, rendered } from "./derived.ts";
import { deployment, gone, host, target, template, workload, type Given } from "./nouns.ts";

const HOSTS = ["h0", "h1", "h2", "iot/h0", "iot/h1"] as const;
const TARGETS = ["t0", "t1", "iot/t0"] as const;
const TEMPLATES = ["p0", "p1"] as const;
const DEPLOYMENTS = ["d0", "d1", "iot/d0"] as const;
const TEXTS = [
  "{{deployment.name}}",
  "{{workload.image}} {{host.name}}",
  "{{host.labels.zone}}",
  "{{host.labels.site}} {{values.x}}",
] as const;

const incarnation = fc.integer({ min: 1, max: 3 });
const orGone = (given: fc.Arbitrary<Given>): fc.Arbitrary<Given> =>
  fc.tuple(given, fc.nat(4)).map(([record, dice]) => (dice === 0 ? gone(record) : record));
const name = fc.constantFrom;

/** Random records of one topic each, over few names, so that they meet; some say that a key is gone. */
export const randomRecord = {
  host: orGone(
    fc
      .tuple(
        name(...HOSTS),
        fc.dictionary(name("site", "zone"), name("a", "b"), { maxKeys: 2 }),
        incarnation,
      )
      .map(([of, labels, created]) => host(of, labels, created)),
  ),
  target: orGone(
    fc
      .tuple(name(...TARGETS), name("site=a", "site in (a,b)", "!zone", "zone!=a", ""))
      .map(([of, selector]) => target(of, selector)),
  ),
  template: fc
    .tuple(name(...TEMPLATES), name(...TEXTS))
    .map(([of, text]) => template(of, { "a.conf": text }, { defaults: '{"x":1}' })),
  workload: fc
    .tuple(name("w0", "w1"), name("a:1", "a:2"))
    .map(([of, image]) => workload(of, { image })),
  deployment: orGone(
    fc
      .record({
        of: name(...DEPLOYMENTS),
        workload: name("w0", "w1"),
        template: name(...TEMPLATES),
        target: name(...TARGETS),
        replicas: fc.option(fc.integer({ min: 0, max: 3 })),
        createdRevision: incarnation,
      })
      .map(({ of, replicas, createdRevision, ...refs }) =>
        deployment(of, refs, { replicas, createdRevision }),
      ),
  ),
  hostTarget: fc
    .tuple(name(...HOSTS), fc.uniqueArray(name(...TARGETS)))
    .map(([of, targets]) => hostTarget(of, ...targets)),
  assignment: orGone(
    fc.tuple(name(...DEPLOYMENTS), name(...HOSTS)).map(([of, on]) => assignment(of, on)),
  ),
  hostDeployment: orGone(
    fc
      .tuple(name(...HOSTS), name(...DEPLOYMENTS), incarnation, name("a", "b"))
      .map(([on, of, createdRevision, zone]) =>
        hostDeployment(on, of, { createdRevision, hostLabels: { zone } }),
      ),
  ),
  rendered: orGone(
    fc
      .tuple(name(...DEPLOYMENTS), name("one", "two"), incarnation)
      .map(([of, text, created]) => rendered(of, { "a.conf": text }, created)),
  ),
} as const satisfies Record<string, fc.Arbitrary<Given>>;

/** What a random deployment may refer to: these are never deleted while it is there. */
export const REFERENCES: readonly Given[] = [
  ...["w0", "w1"].map((of) => workload(of)),
  ...TEMPLATES.map((of) => template(of, { "a.conf": TEXTS[0] })),
];
