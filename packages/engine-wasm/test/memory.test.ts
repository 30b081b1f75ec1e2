import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { wasmEngine } from '@spikewright/engine-wasm';
import { direct, type Encoder, type Program, poisson } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { layOutLists } from '../src/plan/lists.js';
import type { Term } from '../src/plan/terms.js';

const network = withNeurons(tinyNetworks().residualIdentity);
const encoders: Encoder[] = [direct(), poisson()];

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes in use once garbage has been collected, in the heap and outside it, where WebAssembly's memory is. */
async function inUse(): Promise<{ heap: number; outside: number }> {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return { heap: heapUsed, outside: external };
}

/** Runs batches of 1 to 4 samples, both encoders in turn; every third run is stopped halfway. */
async function runOften(program: Program, times: number): Promise<void> {
  for (let run = 0; run < times; run++) {
    const options = { steps: 8, encoder: encoders[run % 2], seed: run };
    for await (const frame of program.run(tinyBatch(network, 1 + (run % 4)), options)) {
      for (let row = 0; row < frame.rows; row++) if (run % 3 === 0 && frame.stepOf(row) === 4) frame.stop(row);
    }
  }
}

describe('memory', () => {
  test.each([1, 2])('does not grow over 1,000 runs, with %i threads', async (workers) => {
    const program = await wasmEngine({ workers }).compile(network);
    await runOften(program, 200);
    const before = await inUse();
    await runOften(program, 1000);
    const after = await inUse();
    expect(after.outside - before.outside).toBeLessThan(10_000);
    // Compiled code grows by some 200,000 bytes and then no more; if a run left two objects a step, it were 1,000,000.
    expect(after.heap - before.heap).toBeLessThan(600_000);
    program.dispose();
  });

  test('is freed with a program', async () => {
    const use = async (): Promise<void> => {
      const program = await wasmEngine().compile(network);
      await runOften(program, 4);
      program.dispose();
    };
    for (let i = 0; i < 10; i++) await use();
    const before = await inUse();
    for (let i = 0; i < 50; i++) await use();
    // One program's memory is 128 KiB at least.
    expect((await inUse()).outside - before.outside).toBeLessThan(100_000);
  });

  test('has lists one after another', () => {
    const feed = { height: 2, width: 3, channels: 4, divisor: 4, flat: false };
    const part = { source: 'spikes', width: 6, channel: 0, window: [2, 2], strides: [2, 2] } as const;
    const gather = { kind: 'gather', feed: { ...feed, parts: [part] }, size: [3, 3] } as unknown as Term;
    const diagonal = { ...gather, kind: 'diagonal' } as Term;
    // 4 spikes under a window for each of 4 channels, 16 entries of 2 bytes to spare: rows of 9 taps (9 · 16 + 16) · 2 = 320,
    // entries of 6 positions (6 · 16 + 16) · 2 = 224, starts (6 + 1) · 4 = 28. Each of 5 steps, then at least 128 bytes, up to
    // a multiple of 64: 1600 + 128 → 1728, 20 + 128 → 192, 1120 + 128 → 1280, 140 + 128 → 320; 3520 together.
    const lists = (from: number) => ({
      rows: from,
      rowsStep: 320,
      counts: from + 1728,
      entries: from + 1920,
      entriesStep: 224,
      starts: from + 3200,
      startsStep: 28,
    });
    expect(layOutLists([gather, diagonal, gather], 5, 640)).toEqual({
      lists: [lists(640), undefined, lists(640 + 3520)],
      end: 640 + 2 * 3520,
    });
  });
});
