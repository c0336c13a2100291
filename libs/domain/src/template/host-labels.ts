import { parseTemplate, type TemplateSource } from "./parsed-template.ts";

/**
 * The labels that a host must have to be eligible for a template, sorted. A template that can not
 * be parsed names none: it never got into the feed.
 */
export function hostLabelsOf(template: TemplateSource): readonly string[] {
  const parsed = parseTemplate(template);
  return parsed.ok ? parsed.template.hostLabels : [];
}
