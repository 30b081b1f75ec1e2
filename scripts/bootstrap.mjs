// @ts-check
// Installs and builds what the README's two commands need, on a machine with only Node and npm. Quick when all is there.
import { withPnpm } from './pnpm.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Cannot start: Node must be 20.19 or newer: ${process.versions.node}`);
  process.exit(1);
}
for (const command of ['pnpm install --frozen-lockfile', 'pnpm exec turbo run build --output-logs=errors-only']) {
  const { status } = withPnpm(command);
  if (status !== 0) process.exit(status ?? 1);
}
