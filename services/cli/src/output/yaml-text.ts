import { dump } from "js-yaml";

/** YAML with the fields in the order they have, long lines whole. Fields that are undefined are left out. */
export function yamlText(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return dump(plain, { noRefs: true, lineWidth: -1 });
}
