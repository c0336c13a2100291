import type { HostDeployment, RenderedDeployment } from "@titan/domain";
import { expect, test } from "vitest";
import { readByteJson, writeByteJson } from "./byte-json.ts";
import { readHostDeployment, readRenderedDeployment } from "./stored-values.ts";

const HOST_DEPLOYMENT: HostDeployment = {
  host: "default/pi",
  hostCreatedRevision: 2,
  deployment: "iot/prod",
  createdRevision: 3,
  stream: "titan.deployment.iot.prod",
  hostLabels: { site: "lab", constructor: "x" },
};

const RENDERED: RenderedDeployment = {
  deployment: "iot/prod",
  createdRevision: 3,
  digest: "d",
  hostLabels: ["site"],
  files: [
    { path: "b", executable: true, pieces: [], bytes: Buffer.from([0, 255, 10]) },
    {
      path: "t",
      executable: false,
      bytes: null,
      pieces: [
        { text: "é", label: null, hostName: false },
        { text: null, label: "site", hostName: false },
        { text: null, label: null, hostName: true },
      ],
    },
  ],
  problem: { code: "c", detail: "d", pointer: "/p" },
};

const through = (value: unknown): unknown => readByteJson(writeByteJson(value));

test("values survive the way to the disk and back", () => {
  expect(readHostDeployment(through(HOST_DEPLOYMENT))).toEqual(HOST_DEPLOYMENT);
  const read = readRenderedDeployment(through(RENDERED));
  expect(Buffer.from(read.files[0]?.bytes ?? [])).toEqual(Buffer.from([0, 255, 10]));
  expect({ ...read, files: read.files.slice(1) }).toEqual({
    ...RENDERED,
    files: RENDERED.files.slice(1),
  });
});

test("a label named like a part of every object stays a label", () => {
  const hostLabels: unknown = JSON.parse('{"__proto__":"x"}');
  const read = readHostDeployment(through({ ...HOST_DEPLOYMENT, hostLabels }));
  expect(Object.entries(read.hostLabels)).toEqual([["__proto__", "x"]]);
  expect(Object.getPrototypeOf(read.hostLabels)).toBe(Object.prototype);
});

test.each([
  null,
  [],
  {},
  { ...HOST_DEPLOYMENT, createdRevision: "3" },
  { ...HOST_DEPLOYMENT, hostLabels: { a: 1 } },
])("%j is no host deployment", (value) => {
  expect(() => readHostDeployment(value)).toThrow(TypeError);
});

test.each([
  { ...RENDERED, files: [{ path: "a" }] },
  { ...RENDERED, files: null },
  { ...RENDERED, problem: {} },
  { ...RENDERED, digest: 1 },
])("%j is no rendered deployment", (value) => {
  expect(() => readRenderedDeployment(value)).toThrow(TypeError);
});
