import type { Batch, Engine, Network } from '@spikewright/snn-core';
import { allClose } from './all-close.js';
import { type Check, insist, insistSame } from './check.js';
import { tinyBatch } from './tiny-batch.js';

/** 32-bit floats keep about seven digits, and a layer adds up some tens of products. */
const TOLERANCE = { relative: 1e-5, absolute: 1e-5 } as const;

interface Inference {
  readonly readOut: Float32Array;
  /** What was observed, by sample and node. */
  readonly observed: ReadonlyMap<string, Float64Array>;
}

/** Checks that one pass of an ANN gives what the reference gives, at every node. */
export function inferChecks(engine: Engine, reference: Engine, anns: Record<string, Network>): Check[] {
  return Object.entries(anns).map(([topology, ann]) => [
    `infers ${topology} as the reference does`,
    async () => {
      const batch = tinyBatch(ann, 3);
      const [actual, expected] = [await infer(engine, ann, batch), await infer(reference, ann, batch)];
      insistClose(actual.readOut, expected.readOut, 'the read-out');
      insistSame([...actual.observed.keys()].sort(), [...expected.observed.keys()].sort(), 'what is observed');
      for (const [place, values] of expected.observed) {
        insistClose(actual.observed.get(place) ?? [], values, `what is observed of ${place}`);
      }
    },
  ]);
}

async function infer(engine: Engine, network: Network, batch: Batch): Promise<Inference> {
  const program = await engine.compile(network);
  const observed = new Map<string, Float64Array>();
  const readOut = await program.infer(batch, (node, values, sample) => {
    observed.set(`node ${node}, sample ${sample}`, Float64Array.from(values));
  });
  const unobserved = await program.infer(batch);
  insistClose(unobserved, readOut, 'the read-out without an observer');
  program.dispose();
  return { readOut, observed };
}

function insistClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const { pass, message } = allClose(actual, expected, TOLERANCE);
  insist(pass, `${what} must be close to the reference's, and ${message}`);
}
