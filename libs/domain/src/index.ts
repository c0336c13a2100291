/** The door of the domain: pure values and functions, nothing that waits, reads or writes. */
export type {
  Action,
  Assignment,
  AssignmentRecord,
  Cause,
  Commit,
  DeadLetter,
  Deployment,
  DeploymentRecord,
  DeploymentState,
  DeploymentStatus,
  Event,
  Frontier,
  GitCommit,
  Hash,
  Host,
  HostDeployment,
  HostDeploymentRecord,
  HostRecord,
  HostStatus,
  HostTarget,
  HostTargetRecord,
  Installation,
  Mark,
  Op,
  Operation,
  Outcome,
  PartitionCut,
  Piece,
  Problem,
  Proposal,
  Refusal,
  RenderedDeployment,
  RenderedDeploymentRecord,
  RenderedFile,
  Report,
  ReportKind,
  Selector,
  SelectorOp,
  Target,
  TargetRecord,
  Template,
  TemplateFile,
  TemplateRecord,
  Token,
  TokenRecord,
  View,
  ViewRecord,
  Workload,
  WorkloadRecord,
  Workspace,
  WorkspaceRecord,
} from "./records.generated.ts";
export { CODES, type Code } from "./codes.ts";
export {
  isUsedKind,
  type NounReference,
  referencesOf,
  type UsedKind,
} from "./decide/noun-references.ts";
export { decide, type DecidedAt, type Verdict } from "./decide/decide.ts";
export {
  INSTALLATION_REVISION,
  installationEvents,
  type InstalledView,
} from "./decide/installation.ts";
export {
  DOCUMENT_LENGTH_MAX,
  OPERATIONS_MAX,
  PROPOSAL_TEXT_LENGTH_MAX,
} from "./decide/proposal.ts";
export { PROPOSAL_WINDOW_SIZE, ProposalWindow } from "./decide/proposal-window.ts";
export { RECORD_BYTES_MAX, recordSize } from "./decide/record-size.ts";
export { type ReadableWorld, type StoredNoun, World } from "./decide/world.ts";
export {
  deploymentTopic,
  hostTopic,
  type PartitionClass,
  type RetentionClass,
  type ServiceName,
  type Stream,
  type StreamName,
  STREAMS,
  streamOf,
} from "./flow.ts";
export {
  canonicalJson,
  fieldOf,
  isJsonList,
  isJsonObject,
  type JsonFault,
  jsonFaults,
  type JsonObject,
  type JsonParse,
  type JsonValue,
  parseJson,
} from "./json.ts";
export { pointerTo } from "./json-pointer.ts";
export { isVisibleFrom, keyOf, type KeyParts, keysOfReference, splitKey } from "./key.ts";
export {
  isLabelKey,
  labelKeyFault,
  labelOf,
  type Labels,
  LABELS_MAX,
  labelValueFault,
} from "./labels.ts";
export { DEFAULT_WORKSPACE, isName, NAME_LENGTH_MAX, nameFault, nameLike } from "./name.ts";
export {
  isNounKind,
  isScopedKind,
  type KindLookup,
  kindOf,
  NOUN_KINDS,
  NOUN_NAMES,
  nounAs,
  type NounKind,
  type NounTypes,
  type NounValue,
  type ObjectKind,
  SCOPED_KINDS,
  type ScopedKind,
} from "./noun.ts";
export { mergePatch } from "./merge-patch.ts";
export { API_VERSION, objectOf, type TitanObject } from "./object/object.ts";
export { EVERY_WORKSPACE, HOST_ROLE } from "./object/token-object.ts";
export { murmur2, murmur2OfText, partitionOf } from "./partitioner.ts";
export {
  compareByRendezvous,
  rendezvousHash,
  rendezvousWeight,
  type WeighedHost,
  weightOfHashes,
} from "./rendezvous.ts";
export {
  allOf,
  anyOf,
  canonicalSelector,
  EVERYTHING,
  hasLabel,
  inValues,
  lacksLabel,
  not,
  NOTHING,
  notInValues,
  selectorOfLabels,
} from "./selector/selector.ts";
export {
  describeSelector,
  formatSelector,
  selectorObject,
  selectorText,
} from "./selector/selector-format.ts";
export { explainMatch, type MatchExplanation, matches } from "./selector/selector-match.ts";
export {
  parseSelectorObject,
  type SelectorFault,
  type SelectorObjectParse,
} from "./selector/selector-object.ts";
export { parseSelector, type SelectorParse } from "./selector/selector-text.ts";
export { sameValue } from "./same-value.ts";
export { didYouMean, suggestionFor } from "./suggestion.ts";
export { bindFiles, type Binding, type BindingHost, type BoundFile } from "./template/bind.ts";
export { renderDeployment, renderedDeploymentOf } from "./template/deployment-rendering.ts";
export { digestOf } from "./template/digest.ts";
export { globMatches } from "./template/glob.ts";
export { hostLabelsOf } from "./template/host-labels.ts";
export {
  type ParsedFile,
  type ParsedTemplate,
  parseTemplate,
  type TemplateParse,
  type TemplateSource,
} from "./template/parsed-template.ts";
export { ParsedTemplates } from "./template/parsed-templates.ts";
export { render, type Rendering } from "./template/render.ts";
export { type Scope, scopeOf, type ScopeResult } from "./template/scope.ts";
export { type PathFault, pathFault, pathFaults } from "./template/template-path.ts";
export { describeTemplateProblem, type TemplateProblem } from "./template/template-problem.ts";
export { layerValues, parseValues, type ValuesParse } from "./template/values.ts";
export { utf8Bytes, utf8Length } from "./utf8.ts";
