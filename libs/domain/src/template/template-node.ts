import type { TagName } from "./tag-name.ts";

/** A parsed template file is a list of these. */
export type TemplateNode = TextNode | ValueNode | SectionNode;

interface TextNode {
  readonly kind: "text";
  readonly text: string;
  /** In UTF-8, counted once here instead of at each rendering. */
  readonly bytes: number;
}

export interface ValueNode {
  readonly kind: "value";
  readonly name: TagName;
  readonly line: number;
}

export interface SectionNode {
  readonly kind: "section";
  /** `{{^name}}`: rendered when the value is false or empty. */
  readonly inverted: boolean;
  readonly name: TagName;
  readonly line: number;
  readonly nodes: readonly TemplateNode[];
}
