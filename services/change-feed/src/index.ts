export { CHANGE_FEED, changeFeedWork } from "./change-feed-work.ts";
export { ChangeFeed, type ChangeFeedOptions, type FeedStatus } from "./change-feed.ts";
export { FEED_RULES, type FeedRules } from "./feed-rules.ts";
export { FEED_CODES } from "./refusal.ts";
export { installationCommit } from "./installation-commit.ts";
