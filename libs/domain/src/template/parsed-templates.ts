import { parseTemplate, type TemplateParse, type TemplateSource } from "./parsed-template.ts";

/** Parses each template value once, for as long as the value itself is held by somebody. */
export class ParsedTemplates {
  readonly #parses = new WeakMap<TemplateSource, TemplateParse>();

  of(template: TemplateSource): TemplateParse {
    const known = this.#parses.get(template);
    if (known !== undefined) return known;
    const parse = parseTemplate(template);
    this.#parses.set(template, parse);
    return parse;
  }
}
