import { expect, test } from "vitest";
import { compareByRendezvous, rendezvousWeight } from "./rendezvous.ts";

const hosts = Array.from({ length: 1_000 }, (_, number) => `default/host-${number}`);

function order(deployment: string, among: readonly string[]): string[] {
  return among
    .map((host) => ({ host, weight: rendezvousWeight(deployment, host) }))
    .sort(compareByRendezvous)
    .map(({ host }) => host);
}

test("a weight never changes: what runs where depends on it", () => {
  expect(rendezvousWeight("default/prod", "default/tim-pi")).toBe(444386149);
  expect(rendezvousWeight("iot/prod", "iot/barn")).toBe(2908448886);
});

test("removing a host leaves the order of the others as it was", () => {
  const all = order("iot/prod", hosts);
  const gone = all[3];
  expect(
    order(
      "iot/prod",
      hosts.filter((host) => host !== gone),
    ),
  ).toEqual(all.filter((host) => host !== gone));
});

test("equal weights are ordered by host key", () => {
  const tied = [
    { host: "default/b", weight: 1 },
    { host: "default/a", weight: 1 },
    { host: "default/c", weight: 2 },
  ];
  expect(tied.sort(compareByRendezvous).map(({ host }) => host)).toEqual([
    "default/c",
    "default/a",
    "default/b",
  ]);
});

test("hosts get about as many deployments each", () => {
  const counts = new Map<string, number>();
  const few = hosts.slice(0, 20);
  for (let number = 0; number < 2_000; number++) {
    const first = order(`iot/deployment-${number}`, few)[0] ?? "";
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  for (const count of counts.values()) {
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(150);
  }
  expect(counts.size).toBe(20);
});
