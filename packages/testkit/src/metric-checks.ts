import {
  type Engine,
  type Frame,
  type Json,
  type Metric,
  type Network,
  poisson,
  referenceEngine,
} from '@spikewright/snn-core';
import { type Check, insist, insistSame, isJson } from './check.js';
import { withoutChange } from './freeze.js';
import { pluginChecks } from './plugin-checks.js';
import { tinyBatch } from './tiny-batch.js';
import { tinyNetworks } from './tiny-networks.js';
import { withNeurons } from './with-neurons.js';

/** What {@link metricChecks} works with. */
export interface MetricCheckOptions {
  /**
   * What makes the frames that the metric sees.
   *
   * @defaultValue the reference engine of snn-core
   */
  readonly engine?: Engine;
  /**
   * A spiking network.
   *
   * @defaultValue the residual one of `tinyNetworks()`, with neurons
   */
  readonly network?: Network;
}

type Observe = (frame: Frame) => void;

/** Checks that a metric starts afresh each time, looks without touching, and reports JSON. */
export function metricChecks(metric: Metric, options: MetricCheckOptions = {}): readonly Check[] {
  const { engine = referenceEngine(), network = withNeurons(tinyNetworks().residualIdentity) } = options;
  // Without its object, as evaluate calls it.
  const { start } = metric;
  return [...pluginChecks(metric), ...reportChecks(start, engine, network), ...sessionChecks(start, engine, network)];
}

type Start = Metric['start'];

function reportChecks(start: Start, engine: Engine, network: Network): Check[] {
  return [
    ['reports JSON', async () => insistJson(await reportOf(start, engine, network))],
    ['reports JSON even when it has seen nothing', () => insistJson(start(network).report())],
    [
      'reports the same when asked twice',
      async () => {
        const { observe, report } = start(network);
        await show(engine, network, observe);
        insistSame(report(), report(), 'the second report');
      },
    ],
  ];
}

function sessionChecks(start: Start, engine: Engine, network: Network): Check[] {
  const report = (): Promise<Json> => reportOf(start, engine, network);
  return [
    ['starts afresh each time', async () => insistSame(await report(), await report(), 'the second report')],
    [
      'keeps two runs apart',
      async () => {
        const [first, second] = [start(network), start(network)];
        await show(engine, network, (frame) => {
          first.observe(frame);
          second.observe(frame);
        });
        insistSame([first.report(), second.report()], [await report(), await report()], 'reports of two at once');
      },
    ],
    [
      'leaves network and frames as they were',
      async () => {
        await withoutChange(network, 'the network', async (frozen) => {
          const session = start(frozen);
          await show(engine, frozen, guarded(frozen, session.observe));
          session.report();
        });
      },
    ],
  ];
}

async function reportOf(start: Start, engine: Engine, network: Network): Promise<Json> {
  const { observe, report } = start(network);
  await show(engine, network, observe);
  return report();
}

async function show(engine: Engine, network: Network, observe: Observe): Promise<void> {
  const program = await engine.compile(network);
  for await (const frame of program.run(tinyBatch(network, 10), { steps: 5, encoder: poisson(), seed: 3 })) {
    observe(frame);
  }
  program.dispose();
}

function insistJson(report: Json): void {
  insist(isJson(report), 'a report must be JSON, with finite numbers only');
}

/** An observer that throws when the metric stops a row or writes into what it is shown. */
function guarded({ nodes }: Network, observe: Observe): Observe {
  const neurons = nodes.filter(({ op }) => op === 'neuron').map(({ name }) => name);
  return (frame) => {
    const copy = (): number[][][] =>
      Array.from({ length: frame.rows }, (_, row) => [
        Array.from(frame.scores(row)),
        ...neurons.map((name) => Array.from(frame.spikes(name, row))),
      ]);
    const before = copy();
    observe({ ...frame, stop: (row) => insist(false, `a metric must not stop samples: row ${row}`) });
    insistSame(copy(), before, 'scores and spikes');
  };
}
