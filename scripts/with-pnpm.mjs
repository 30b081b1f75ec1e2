// @ts-check
// Runs the command line given as one argument with pnpm to be had: node scripts/with-pnpm.mjs 'pnpm exec knip'
import { withPnpm } from './pnpm.mjs';

process.exit(withPnpm(process.argv[2]).status ?? 1);
