/** The documents of a fleet in which every target selects the same number of hosts. */
export function hostObject(
  at: number,
  groups: number,
  more: Readonly<Record<string, string>> = {},
): object {
  const labels = { group: `g${at % groups}`, ...more };
  return { kind: "Host", metadata: { name: `h${at}`, labels }, spec: {} };
}

export function targetObject(at: number): object {
  return { kind: "Target", metadata: { name: `t${at}` }, spec: { selector: `group=g${at}` } };
}

export function deploymentObject(at: number, targets: number, n = 0): object {
  const spec = { workload: "w", template: "page", target: `t${at % targets}`, values: { n } };
  return { kind: "Deployment", metadata: { name: `d${at}` }, spec };
}

export function templateObject(version: number): object {
  const text = `version: ${version}\nname: {{deployment.name}}\nn: {{values.n}}\nhost: {{host.name}}\n`;
  return {
    kind: "Template",
    metadata: { name: "page" },
    spec: { files: { "page.txt": { text } } },
  };
}

export const WORKLOAD: object = { kind: "Workload", metadata: { name: "w" }, spec: {} };
