import { type Batch, direct, type Engine, type Network, type Program } from '@spikewright/snn-core';
import { type Check, insist, refusal } from './check.js';
import { tinyBatch } from './tiny-batch.js';

/** Checks that an engine refuses what it must, with an Error in one line that begins with "Cannot". */
export function refusalChecks(engine: Engine, ann: Network, spiking: Network): Check[] {
  const batch = tinyBatch(ann, 2);
  const running = async (network: Network, work: (program: Program) => unknown): Promise<void> => {
    const program = await engine.compile(network);
    await work(program);
    program.dispose();
  };
  const refuses = (what: string, network: Network, work: (program: Program) => unknown): Check => [
    `refuses ${what}`,
    () => running(network, (program) => refusal(() => work(program), what)),
  ];
  const refusesRun = (what: string, network: Network, run: { steps: number; dropout?: number }): Check => [
    `refuses to run ${what}`,
    () =>
      running(network, async (program) => {
        const error = await refusal(() => firstFrame(program, batch, run), what);
        insist(error instanceof RangeError, `to run ${what} must be refused with a RangeError: ${error.name}`);
      }),
  ];
  return [
    ...[0, -1, 1.5, Number.NaN].map((steps) => refusesRun(`for ${steps} steps`, spiking, { steps })),
    ...[-0.1, 1, Number.NaN].map((dropout) => refusesRun(`with dropout ${dropout}`, spiking, { steps: 4, dropout })),
    refusesRun('longer than there are gains', withGains(spiking, 3), { steps: 4 }),
    refuses('to run an ANN over time', ann, (program) => firstFrame(program, batch)),
    refuses('to infer a spiking network', spiking, (program) => program.infer(batch)),
    refuses('to run samples of a wrong size', spiking, (program) => firstFrame(program, tooShort(batch))),
    refuses('to infer samples of a wrong size', ann, (program) => program.infer(tooShort(batch))),
    refuses('to show spikes of a node that is no neuron', spiking, (program) =>
      firstFrame(program, batch, { steps: 4 }, 'no such node'),
    ),
    ['refuses to compile an unsound network', () => refusesUnsound(engine, ann)],
  ];
}

/** Waits for a frame, and looks at the spikes of a node if one is named. */
async function firstFrame(
  program: Program,
  batch: Batch,
  run: { readonly steps: number; readonly dropout?: number } = { steps: 4 },
  node?: string,
): Promise<void> {
  for await (const frame of program.run(batch, { ...run, encoder: direct(), seed: 1 })) {
    if (node !== undefined) frame.spikes(node, 0);
    return;
  }
}

/** Gives all neurons gains for so many steps. */
function withGains(network: Network, steps: number): Network {
  const gains = { shape: [steps], data: new Float32Array(steps).fill(1) };
  return { ...network, nodes: network.nodes.map((node) => (node.op === 'neuron' ? { ...node, gains } : node)) };
}

function tooShort(batch: Batch): Batch {
  return { ...batch, data: batch.data.slice(1) };
}

async function refusesUnsound(engine: Engine, ann: Network): Promise<void> {
  const nodes = ann.nodes.map((node) => (node.op === 'input' ? node : { ...node, inputs: ['nobody'] }));
  await refusal(() => engine.compile({ ...ann, nodes }), 'a network whose nodes read an unknown node');
}
