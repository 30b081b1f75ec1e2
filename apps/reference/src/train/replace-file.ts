import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file whole or not at all: whoever reads it, also after a crash, sees the old bytes or the new ones. A draft lies
 * beside it meanwhile.
 *
 * @throws Error naming the file, on a full disk say; the old file is kept
 */
export function replaceFile(path: string, bytes: Uint8Array | string): void {
  const draft = `${path}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, bytes, { flush: true });
    renameSync(draft, path);
  } catch (cause) {
    remove(draft);
    throw cannotWrite(path, cause);
  }
}

/** What went wrong, with the file, which not every error of the system names. */
export const cannotWrite = (path: string, cause: unknown): Error =>
  new Error(`Cannot write ${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be written, nothing can be removed.
  }
}
