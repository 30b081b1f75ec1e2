import { type Calibration, checkNetwork, direct, type Engine, type Network, type Shape } from '@spikewright/snn-core';
import { type Check, caught, insist, insistSame } from './check.js';
import { withoutChange } from './freeze.js';
import { tinyBatch } from './tiny-batch.js';

/** A converter's or a tuner's verb. */
export type Rewrite = (network: Network, calibration: Calibration) => Promise<Network>;

/** Checks a function from network to network on every one of the given networks. */
export function rewriteChecks(
  verb: string,
  rewrite: Rewrite,
  networks: Record<string, Network>,
  engine: Engine,
): Check[] {
  const accepted = (network: Network): Promise<Network | undefined> => rewritten(rewrite, network, engine);
  return [
    ...Object.entries(networks).flatMap(([topology, network]): Check[] => [
      [
        `${verb} ${topology} to a sound network of the same input and classes, or refuses it properly`,
        async () => insistSound(await accepted(network), network),
      ],
      [
        `${verb} ${topology} to a network that runs`,
        async () => {
          const result = await accepted(network);
          if (result) await insistRuns(result, engine);
        },
      ],
      [
        `${verb} ${topology} to the same network each time`,
        async () => insistSame(await accepted(network), await accepted(network), 'the result'),
      ],
    ]),
    [
      `${verb} at least one of them`,
      async () => {
        const results = await Promise.all(Object.values(networks).map(accepted));
        insist(results.some(Boolean), 'not every network may be refused');
      },
    ],
  ];
}

/** The result, or undefined where the network is refused properly. Nothing that is given may change. */
async function rewritten(rewrite: Rewrite, network: Network, engine: Engine): Promise<Network | undefined> {
  const batches = [tinyBatch(network, 4, 1), tinyBatch(network, 5, 2)];
  const calibration: Calibration = {
    async *batches() {
      yield* batches;
    },
    engine,
  };
  let result: Network | undefined;
  await withoutChange({ network, batches }, 'what is given', () =>
    caught(async () => {
      result = await rewrite(network, calibration);
    }),
  );
  return result;
}

function insistSound(result: Network | undefined, network: Network): void {
  if (result === undefined) return;
  insistSame(boundsOf(result), boundsOf(network), 'the shapes of input and read-out');
}

function boundsOf(network: Network): (Shape | undefined)[] {
  const shapes = checkNetwork(network);
  const input = network.nodes.find(({ op }) => op === 'input');
  return [input, network.nodes.at(-1)].map((node) => node && shapes.get(node.name));
}

/** Runs over time with neurons, and in one pass without. */
async function insistRuns(network: Network, engine: Engine): Promise<void> {
  const batch = tinyBatch(network, 3);
  const program = await engine.compile(network);
  const scores: number[] = [];
  if (network.nodes.some(({ op }) => op === 'neuron')) {
    for await (const frame of program.run(batch, { steps: 4, encoder: direct(), seed: 1 })) {
      for (let row = 0; row < frame.rows; row++) scores.push(...frame.scores(row));
    }
  } else {
    scores.push(...(await program.infer(batch)));
  }
  program.dispose();
  insist(scores.length > 0 && scores.every(Number.isFinite), `scores must be finite numbers: ${scores.join(', ')}`);
}
