export type { Change, ChangeOperation, ProposalKey, Verdict } from "./change.ts";
export { ClientError, OutcomeUnknown } from "./client-error.ts";
export type { Cut, CutChanges, CutState, Entry, FollowedTopic, TopicValues } from "./cut.ts";
export type { FollowOptions } from "./follower.ts";
export { openTitan, type Following, type TitanClient, type TitanOptions } from "./open-titan.ts";
export type { ProposeOptions } from "./proposer.ts";
