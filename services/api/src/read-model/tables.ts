/**
 * The tables of the read model. Another number than the file's throws the file away and it is
 * made again from the log, so there are no migrations: raise it with every change here.
 */
export const TABLES_VERSION = 3;

/**
 * `noun` and `derived` hold every value with the span of revisions in which it was in force:
 * from the revision in its id (or `cut`) up to, not including, `until`; null while it still is.
 *
 * Both have one index for what is in force and what was, because each costs as much as the row when a
 * fleet is loaded. What is in force comes first of its key there, then the versions before it, oldest
 * first.
 */
export const TABLES = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE change (
  revision INTEGER PRIMARY KEY,
  position INTEGER NOT NULL,
  proposal TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  workspace TEXT NOT NULL,
  committed_at INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  refusals TEXT NOT NULL,
  outcomes TEXT NOT NULL
);
CREATE INDEX change_proposal ON change (proposal);
CREATE INDEX change_time ON change (committed_at);

CREATE TABLE noun (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  until INTEGER,
  value TEXT NOT NULL
);
CREATE INDEX noun_key ON noun (kind, key, until);
CREATE INDEX noun_ended ON noun (kind, until) WHERE until IS NOT NULL;

CREATE TABLE cut (revision INTEGER PRIMARY KEY, stepped_at INTEGER NOT NULL);

CREATE TABLE derived (
  id INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  key TEXT NOT NULL,
  deployment TEXT NOT NULL,
  host TEXT NOT NULL,
  created INTEGER NOT NULL,
  host_created INTEGER NOT NULL,
  cut INTEGER NOT NULL,
  until INTEGER,
  label INTEGER NOT NULL,
  change TEXT NOT NULL,
  hash TEXT NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX derived_key ON derived (stream, key, until);
CREATE INDEX derived_deployment ON derived (deployment, stream, key)
  WHERE until IS NULL AND deployment <> '';
CREATE INDEX derived_until ON derived (until) WHERE until IS NOT NULL;

CREATE TABLE host_status (
  host TEXT PRIMARY KEY,
  host_created INTEGER NOT NULL,
  incarnation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  problem TEXT NOT NULL,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE deployment_state (
  deployment TEXT NOT NULL,
  host TEXT NOT NULL,
  host_created INTEGER NOT NULL,
  created INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  drifted INTEGER NOT NULL,
  detail TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (deployment, host)
) WITHOUT ROWID;
CREATE INDEX deployment_state_host ON deployment_state (host);

CREATE TABLE state_change (
  id INTEGER PRIMARY KEY,
  host TEXT NOT NULL,
  deployment TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  digest TEXT NOT NULL,
  revision INTEGER NOT NULL
);
CREATE INDEX state_change_pair ON state_change (deployment, host);

CREATE TABLE report (
  workspace TEXT NOT NULL,
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  reported_at INTEGER NOT NULL,
  git_commit TEXT NOT NULL,
  image TEXT NOT NULL,
  url TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (workspace, subject, kind)
) WITHOUT ROWID;

CREATE TABLE git_commit (
  repository TEXT NOT NULL,
  revision INTEGER NOT NULL,
  branch TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  committed_at INTEGER NOT NULL,
  problem TEXT NOT NULL,
  PRIMARY KEY (repository, revision)
) WITHOUT ROWID;
CREATE INDEX git_commit_revision ON git_commit (revision);
CREATE INDEX git_commit_id ON git_commit (commit_id);
`;
