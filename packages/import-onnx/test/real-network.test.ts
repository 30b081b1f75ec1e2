import { existsSync, readFileSync } from 'node:fs';
import { batches, mnist, take } from '@spikewright/datasets';
import { wasmEngine } from '@spikewright/engine-wasm';
import { readOnnx } from '@spikewright/import-onnx';
import { referenceEngine } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';

const DATA = new URL('../../../../shared/data/', import.meta.url);
const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, DATA)));

describe.skipIf(!existsSync(DATA))('a network that others trained, where ../shared/data is present', () => {
  test('cntk-mnist.onnx gives its golden outputs on both engines', async () => {
    const { network } = await readOnnx(bytes('models/cntk-mnist.onnx'));
    const { outputs } = JSON.parse(new TextDecoder().decode(bytes('golden/cntk-mnist.json')));
    for (const engine of [referenceEngine(), wasmEngine()]) {
      const program = await engine.compile(network);
      for await (const batch of batches(take(await mnist('test'), 32), { size: 32 })) {
        const data = batch.data.map((intensity) => intensity * 255);
        const scores = await program.infer({ ...batch, data });
        // Its outputs reach 8000, so the bound is relative to the largest of a sample.
        const worst = outputs.map((expected: number[], sample: number) => {
          const largest = Math.max(...expected.map(Math.abs));
          return Math.max(...expected.map((value, i) => Math.abs(value - scores[sample * 10 + i]))) / largest;
        });
        expect(Math.max(...worst), engine.name).toBeLessThan(1e-4);
      }
      program.dispose();
    }
  });
});
