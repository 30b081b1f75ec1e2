import { type Batch, type Encode, elements, type Frame } from '@spikewright/snn-core';
import { frameOf, type Row, reader } from './frame.js';
import type { Plan } from './plan.js';
import { type Constants, computeConstants, type Taken, takeStep } from './run-step.js';
import { canReadAtOnce, free, pickRows } from './tensors.js';

/**
 * Runs samples through their steps, at most `most` of them side by side. The row of a stopped sample is taken out of all tensors
 * before the next step. Frees every tensor it makes, also where the caller leaves the loop.
 *
 * @param check - throws if the run may not go on
 */
export async function* runSamples(plan: Plan, batch: Batch, most: number, check: () => unknown): AsyncGenerator<Frame> {
  const encode = plan.options.encoder.start(plan.options.seed);
  for (let first = 0; first < batch.size; first += most) {
    const samples = Array.from({ length: Math.min(most, batch.size - first) }, (_, row) => first + row);
    yield* runTogether(plan, batch, samples, encode, check);
  }
}

async function* runTogether(
  plan: Plan,
  batch: Batch,
  samples: readonly number[],
  encode: Encode,
  check: () => unknown,
): AsyncGenerator<Frame> {
  const { compiled, options } = plan;
  const { steps, encoder } = options;
  const classes = elements(compiled.shapes.get(compiled.readout.name)!);
  let rows = samples.map((sample): Row => ({ sample, scores: new Float64Array(classes), stopped: false }));
  let input: Float32Array = new Float32Array();
  let [constants, taken]: [Constants, Taken] = [{}, { memories: {}, shown: {} }];
  const read = reader(canReadAtOnce() ? [compiled.readout.name] : plan.shown);
  try {
    for (let step = 1; step <= steps && rows.length > 0; step++) {
      check();
      if (step === 1 || encoder.output !== 'constant') input = encoded(batch, rows, step, encode);
      if (step === 1) constants = computeConstants(plan, input);
      const indices = rows.map(({ sample }) => batch.indices[sample]);
      const next = takeStep(plan, { step, indices, constants, memories: taken.memories, input });
      free(taken);
      taken = next;
      const shown = { ...constants, ...taken.shown };
      await read.ahead(shown);
      addScores(rows, read.now(shown, compiled.readout.name));
      yield frameOf({ compiled, encoder, rows, step, output: (node) => read.now(shown, node) });
      const left = [...rows.keys()].filter((row) => !rows[row].stopped);
      if (left.length === 0) break;
      if (left.length < rows.length) {
        const picked = pickRows({ constants, memories: taken.memories }, left);
        free([constants, taken]);
        constants = picked.constants;
        taken = { memories: picked.memories, shown: {} };
        rows = left.map((row) => rows[row]);
      }
    }
  } finally {
    free([constants, taken]);
  }
}

/** What the encoder sends in a step, row by row. */
function encoded(batch: Batch, rows: readonly Row[], step: number, encode: Encode): Float32Array {
  const length = batch.data.length / batch.size;
  const values = new Float32Array(rows.length * length);
  const frame = new Float64Array(length);
  rows.forEach(({ sample }, row) => {
    encode(batch.data.subarray(sample * length, (sample + 1) * length), batch.indices[sample], step, frame);
    values.set(frame, row * length);
  });
  return values;
}

function addScores(rows: readonly Row[], readout: ArrayLike<number>): void {
  rows.forEach(({ scores }, row) => {
    for (let i = 0; i < scores.length; i++) scores[i] += readout[row * scores.length + i];
  });
}
