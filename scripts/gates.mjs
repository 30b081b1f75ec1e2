// @ts-check
// The gates beside the tests, each of which passes or fails: the same for people (pnpm check) and CI (.ci/run).
import { withPnpm } from './pnpm.mjs';

const GATES = {
  packages: 'pnpm exec turbo run build check:package --output-logs=errors-only',
  'types of the tests': 'pnpm exec tsc -p tsconfig.test.json',
  'format and lint': 'pnpm exec biome ci --error-on-warnings .',
  'dead code': 'pnpm exec knip',
  workspace: 'pnpm exec sherif',
  sizes: 'pnpm exec size-limit',
  'API docs': 'pnpm exec typedoc',
};

let failed = 0;
for (const [name, command] of Object.entries(GATES)) {
  console.log(`== ${name}: ${command}`);
  if (withPnpm(command).status !== 0) {
    failed += 1;
    console.error(`Failed: ${name}`);
  }
}
console.log(`Gates: ${Object.keys(GATES).length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
