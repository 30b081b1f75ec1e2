// @ts-check
// Installs and builds what the README's two commands need, on a machine with only Node and npm. Quick when all is there.
import { existsSync } from 'node:fs';
import { withPnpm } from './pnpm.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Cannot start: Node must be 20.19 or newer: ${process.versions.node}`);
  process.exit(1);
}
// A first install takes a while and shows how far it is; later ones have nothing to say.
const quiet = existsSync('node_modules/.modules.yaml');
run('pnpm install --frozen-lockfile', quiet);
run('pnpm exec turbo run build --output-logs=errors-only', true);

/**
 * @param {string} command
 * @param {boolean} silent - whether its output is shown only if it fails
 */
function run(command, silent) {
  const { status, stdout, stderr } = withPnpm(command, silent ? { stdio: 'pipe', encoding: 'utf8' } : {});
  if (status === 0) return;
  if (silent) console.error(`${stdout}${stderr}`);
  process.exit(status ?? 1);
}
