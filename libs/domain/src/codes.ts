/**
 * Every code with which the domain refuses something, and what it means. Codes are part of the contract: programs
 * branch on them, so one is never renamed and never given a second meaning.
 */
export const CODES = {
  "no-operations": "The proposal holds no operation.",
  "too-many-operations": "The proposal holds more operations than one change may have.",
  "too-many-refusals": "More was wrong than is listed.",
  "proposal-too-costly":
    "Checking that every affected deployment renders takes more steps than one change may.",
  "commit-too-large":
    "The change with all previous and new values is larger than one record may be.",
  "malformed-document":
    "The document of an operation is not a JSON object, or larger than one may be.",
  "unknown-kind": "There is no such kind of object.",
  "read-only-kind": "Objects of this kind are derived; they can not be written.",
  "kind-mismatch": "The kind or apiVersion in the document is not that of the operation.",
  "unknown-field": "The object has no such field.",
  "missing-field": "A field that must be there is missing.",
  "wrong-type": "The field holds a value of another type than it should.",
  "too-long": "A text or a list is longer than it may be.",
  "out-of-range": "A number is not whole, or lies outside of its range.",
  "invalid-value": "The field does not hold one of the values that it may.",
  "too-deep": "A value is nested deeper than it may be.",
  "forbidden-field": "A field has a name through which a prototype could be reached.",
  "malformed-text": "A text is not well-formed Unicode.",
  "number-out-of-range": "A number is too large to be held.",
  "invalid-name": "A name is not an RFC 1123 label.",
  "invalid-label": "A label's key or value breaks Kubernetes' rules.",
  "too-many-labels": "The object has more labels than it may.",
  "invalid-selector": "The selector can not be read.",
  "empty-selector":
    "The selector is empty and would select every host; {all: []} says so on purpose.",
  "already-exists": "The object is to be created and exists already.",
  "not-found": "The object does not exist.",
  "revision-mismatch": "The object does not have the revision that was expected.",
  "workspace-not-found": "The workspace does not exist.",
  "reference-not-found": "The object that is referred to does not exist.",
  "reference-out-of-scope":
    "A reference leads to a workspace that is neither the own one nor default.",
  "in-use": "The object is still used by others, which are listed.",
  "workspace-not-empty": "The workspace still holds objects, which are listed.",
  "too-many-topics":
    "There would be more hosts and deployments than the log may have topics for; the sharded layout needs none.",
  protected: "The object is part of the installation and can not be deleted.",
  "immutable-field": "The field can not be changed once the object exists.",
  "invalid-path": "The path of a template file breaks the rules for paths.",
  "path-collision":
    "Two paths of a template would be one file, or a file and a folder, on some hosts.",
  "invalid-base64": "The content of a binary file is not base64.",
  "invalid-delimiters": "The delimiters of a template are not two usable texts.",
  "invalid-glob": "A glob of a template is not usable.",
  "template-too-large": "The files of a template are larger or more than they may be.",
  "values-too-large": "The values are larger than they may be.",
  "template-syntax": "A file of a template can not be parsed.",
  "template-too-complex": "A file of a template has too many tags, or one that is too long.",
  "template-unsupported": "A file of a template uses partials or lambdas, which do not exist here.",
  "unknown-name": "A tag names something that is in scope of no template.",
  "missing-value": "A tag names a value that nothing supplies.",
  "not-a-scalar": "A tag is to be replaced by null, a list or an object.",
  "host-section": "A section depends on a value of the host, which is known only on the host.",
  "nesting-too-deep": "Sections of a template are nested deeper than they may be.",
  "output-too-large": "The rendered files are larger than they may be.",
  "render-too-long": "Rendering takes more steps than it may.",
  "malformed-values": "Stored values are not a JSON object.",
  "host-label-missing": "The host lacks a label that the files need.",
} as const;

export type Code = keyof typeof CODES;
