import type { Client } from "./client.ts";

/** One deployment on one host: what the commands of the mission make. Answers the last revision. */
export async function seedDeployment(
  admin: Client,
  { workspace = "default", host = "tim-pi", name = "prod" } = {},
): Promise<number> {
  const answer = await admin("POST", "/v1/changes", {
    workspace,
    operations: [
      { kind: "Host", name: host, labels: { name: host, platform: "kubernetes" }, spec: {} },
      {
        kind: "Template",
        name: "device-service",
        spec: {
          files: { "app.yaml": { text: "image: {{workload.image}}\nhost: {{host.name}}\n" } },
        },
      },
      {
        kind: "Workload",
        name: "temperature-sensor",
        spec: { repo: "https://github.com/timfpark/temp-sensor", image: "sensor:1" },
      },
      { kind: "Target", name: "tim-pi", spec: { selector: `name=${host}` } },
      {
        kind: "Deployment",
        name,
        spec: { workload: "temperature-sensor", template: "device-service", target: "tim-pi" },
      },
    ].map(({ kind, name: own, labels, spec }) => ({
      action: "apply",
      object: { kind, metadata: { name: own, workspace, ...(labels ? { labels } : {}) }, spec },
    })),
  });
  if (answer.status !== 200) throw new Error(answer.text);
  return Number(answer.body["revision"]);
}

export async function mintToken(admin: Client, body: object): Promise<string> {
  const answer = await admin("POST", "/v1/tokens", body);
  if (answer.status !== 201) throw new Error(answer.text);
  return String(answer.body["secret"]);
}
