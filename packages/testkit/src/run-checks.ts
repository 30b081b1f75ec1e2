import {
  type Batch,
  direct,
  type Encoder,
  type Engine,
  type Network,
  poisson,
  type RunOptions,
} from '@spikewright/snn-core';
import { type Check, insist, insistSame } from './check.js';
import { withoutChange } from './freeze.js';
import { range, shuffled } from './order.js';
import { pick, tinyBatch } from './tiny-batch.js';
import { insistSameTrace, type Trace, traceRun } from './trace.js';
import { neuronKinds, withNeurons } from './with-neurons.js';

/** Few enough for sums to stay exact under leak, which adds a binary place in every step. */
const STEPS = 6;

/** Spikes that are left weigh 2, so that sums stay exact. */
const DROPOUT = 0.5;

const options = (encoder: Encoder, dropout = 0): RunOptions => ({ steps: STEPS, encoder, seed: 7, dropout });

/** Checks that spikes, scores and operations are the reference's. */
export function meaningChecks(engine: Engine, reference: Engine, anns: Record<string, Network>): Check[] {
  const compare = async (network: Network, encoder: Encoder, dropout = 0): Promise<void> => {
    const batch = tinyBatch(network, 3);
    const expected = await traceOf(reference, network, batch, encoder, dropout);
    const actual = await withoutChange(network, 'the compiled network', () =>
      traceOf(engine, network, batch, encoder, dropout),
    );
    insistSameTrace(actual, expected, `against ${reference.name}`);
  };
  // Max pooling has no spiking form.
  const { maxPool: _, ...able } = anns;
  const runs = Object.entries(able).flatMap(([topology, ann]): Check[] => [
    ...Object.entries(neuronKinds).map(([kind, settings]): Check => {
      const name = `runs ${topology} as the reference does: ${kind}`;
      return [name, () => compare(withNeurons(ann, settings), direct())];
    }),
    [`runs ${topology} as the reference does: spikes as input`, () => compare(withNeurons(ann), poisson())],
  ]);
  const { chain, residualIdentity } = able;
  const lossy = Object.entries({ chain, residualIdentity }).map(([topology, ann]): Check => {
    const name = `runs ${topology} as the reference does: with dropout`;
    return [name, () => compare(withNeurons(ann, { levels: [-1, 2], threshold: 0.25 }), poisson(), DROPOUT)];
  });
  return [...runs, ...lossy];
}

/** Checks that a sample's steps are its own, whoever runs beside it. */
export function independenceChecks(engine: Engine, networks: readonly Network[]): Check[] {
  const forEach = async (check: (run: Run, network: Network) => Promise<void>): Promise<void> => {
    for (const network of networks) {
      const batch = tinyBatch(network, 11);
      const all = await traceOf(engine, network, batch, poisson());
      await check({ engine, batch, all }, network);
    }
  };
  return [
    ['counts the steps of every sample from 1 and leaves none out', () => forEach(checkClocks)],
    ['gives a sample the same steps in any order', () => forEach(checkOrder)],
    ['gives a sample the same steps in a batch of any size', () => forEach(checkSizes)],
    ['ends a stopped sample, and no other', () => forEach(checkStops)],
    ['starts over after a loop was left', () => forEach(checkLeaving)],
  ];
}

interface Run {
  readonly engine: Engine;
  readonly batch: Batch;
  readonly all: Trace;
}

async function checkClocks({ batch, all }: Run): Promise<void> {
  const counted = range(STEPS).map((place) => place + 1);
  for (const sample of batch.indices) {
    insistSame(
      all.get(sample)?.map(({ step }) => step),
      counted,
      `the steps of sample ${sample}`,
    );
  }
}

async function checkOrder({ engine, batch, all }: Run, network: Network): Promise<void> {
  const mixed = pick(batch, shuffled(range(batch.size)));
  insistSameTrace(await traceOf(engine, network, mixed, poisson()), all, 'in another order');
}

async function checkSizes({ engine, batch, all }: Run, network: Network): Promise<void> {
  const parts = [[0], [1, 2], [3, 4, 5, 6, 7, 8, 9, 10]];
  for (const places of parts) {
    const expected = new Map([...all].filter(([sample]) => places.includes(sample)));
    const actual = await traceOf(engine, network, pick(batch, places), poisson());
    insistSameTrace(actual, expected, `in a batch of ${places.length}`);
  }
}

async function checkStops({ engine, batch }: Run, network: Network): Promise<void> {
  // Every third sample takes all its steps, so that stopped ones have neighbours that go on.
  const stopAfter = (sample: number): number => (sample % 3 === 0 ? STEPS : 1 + (sample % 4));
  for (const encoder of [direct(), poisson()]) {
    const all = await traceOf(engine, network, batch, encoder);
    const expected = new Map([...all].map(([sample, steps]) => [sample, steps.slice(0, stopAfter(sample))]));
    // Right or wrong, the hint changes nothing.
    for (const firstStop of [1, 3, STEPS]) {
      const program = await engine.compile(network);
      const actual = await traceRun(program, batch, { ...options(encoder), firstStop }, stopAfter);
      program.dispose();
      insistSameTrace(actual, expected, `when samples are stopped: ${encoder.name}, firstStop ${firstStop}`);
    }
  }
}

async function checkLeaving({ engine, batch, all }: Run, network: Network): Promise<void> {
  const program = await engine.compile(network);
  let frames = 0;
  for await (const frame of program.run(batch, options(poisson()))) {
    insist(frame.rows > 0, 'a frame must have rows, and it has none');
    if (++frames === 2) break;
  }
  insistSameTrace(await traceRun(program, batch, options(poisson())), all, 'after a loop was left');
  program.dispose();
}

async function traceOf(engine: Engine, network: Network, batch: Batch, encoder: Encoder, dropout = 0): Promise<Trace> {
  const program = await engine.compile(network);
  try {
    return await traceRun(program, batch, options(encoder, dropout));
  } finally {
    program.dispose();
  }
}
