import { expect, test } from 'vitest';
import { compileKernels } from '../scripts/compile-kernels.mjs';
import { kernels } from '../src/generated/kernels.js';

test('src/generated/kernels.ts is what assembly/ compiles to', async () => {
  expect(kernels).toBe(Buffer.from(await compileKernels()).toString('base64'));
});
