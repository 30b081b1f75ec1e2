// @ts-check
import { spawnSync } from 'node:child_process';

/** The package manager, fetched by npm: a fresh machine has only Node and npm. */
const PNPM = 'pnpm@12.21.0';

/**
 * Runs a command line in which `pnpm` can be called.
 *
 * @param {string} command
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {import('node:child_process').SpawnSyncReturns<string | Buffer>}
 */
export function withPnpm(command, options = {}) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
  return spawnSync('npx', ['--yes', `--package=${PNPM}`, '-c', `"${command}"`], {
    stdio: 'inherit',
    env,
    ...options,
    shell: true,
  });
}
