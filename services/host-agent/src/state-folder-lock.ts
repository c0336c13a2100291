import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface FolderLock {
  release(): void;
}

/**
 * One agent per state folder: undefined while another has it. The lock is that of a tiny SQLite
 * file, which the kernel gives back however the process ends, so that it can not go stale.
 */
export function lockStateFolder(folder: string): FolderLock | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, "lock.sqlite"));
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE");
  } catch {
    database.close();
    return undefined;
  }
  return {
    release: () => {
      database.close();
    },
  };
}
