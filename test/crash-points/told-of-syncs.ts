import type { FileHandle } from "node:fs/promises";

type FileCalls = typeof import("node:fs/promises");

/** Told of the path of every file and folder that is synced through `tellingOfSyncs`. */
export const syncing = { told: (_path: string): void => {} };

/** The calls of Node's files, whose syncs are told; for `vi.mock`. */
export async function tellingOfSyncs(original: () => Promise<FileCalls>): Promise<FileCalls> {
  const real = await original();
  const open = async (path: string, ...more: []): Promise<FileHandle> => {
    const file = await real.open(path, ...more);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      await sync();
      syncing.told(path);
    };
    return file;
  };
  return { ...real, open: open as FileCalls["open"] };
}
