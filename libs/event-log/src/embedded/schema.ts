/**
 * The tables of the embedded log. A topic owns the partition ids `first_partition` and up, as many
 * as it has partitions; an id is not used again while records of it are left. A partition has a
 * row from its first record on. No table has a second index on records: it would double the cost
 * of an append.
 */
export const APPLICATION_ID = 0x5469746c;

/** Rises with every change of the tables that older code can not read. */
export const FORMAT_VERSION = 1;

export const PAGE_BYTES = 8192;

export const CREATE_TABLES = `
  CREATE TABLE topics (
    first_partition INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    partitions INTEGER NOT NULL,
    retention TEXT NOT NULL,
    retention_ms INTEGER NOT NULL,
    durability TEXT NOT NULL
  ) STRICT;

  -- start: first offset kept. next: offset of the next record, never lowered.
  -- cleaned: below it compaction is done, and left "kept" records.
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    start INTEGER NOT NULL,
    next INTEGER NOT NULL,
    cleaned INTEGER NOT NULL,
    kept INTEGER NOT NULL
  ) STRICT;

  -- Partitions of deleted topics whose records are still to be deleted.
  CREATE TABLE removed (partition INTEGER PRIMARY KEY) STRICT;

  CREATE TABLE records (
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    time INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (partition, offset)
  ) STRICT, WITHOUT ROWID;
`;

/** The tables that a file of this format has; one that misses any of them is damaged. */
export const TABLES = ["partitions", "records", "removed", "topics"] as const;
