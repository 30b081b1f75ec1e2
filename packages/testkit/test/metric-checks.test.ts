import type { Frame, Json, Metric, Network } from '@spikewright/snn-core';
import { metricChecks } from '@spikewright/testkit';
import { describe, expect, test } from 'vitest';
import { failing } from './failing.js';

type Session = ReturnType<Metric['start']>;

const metric = (start: (network: Network) => Session): Metric => ({
  role: 'metric',
  spec: 1,
  name: 'mine',
  options: {},
  start,
});

/** A metric that counts rows, with a fault somewhere. */
const counting = (fault: { observe?: (frame: Frame) => void; report?: (rows: number) => Json }): Metric =>
  metric(() => {
    let rows = 0;
    return {
      observe: (frame) => {
        rows += frame.rows;
        fault.observe?.(frame);
      },
      report: () => fault.report?.(rows) ?? { rows },
    };
  });

describe('metricChecks passes a metric that counts rows', () => {
  test.each(metricChecks(counting({})))('%s', (_, check) => check());
});

let total = 0;
let asked = 0;

describe('metricChecks catches', () => {
  const [json, empty, fresh, apart, twice, kept] = [
    'reports JSON',
    'reports JSON even when it has seen nothing',
    'starts afresh each time',
    'keeps two runs apart',
    'reports the same when asked twice',
    'leaves network and frames as they were',
  ];
  test.each<[string, Metric, string[]]>([
    ['a report that is no JSON', counting({ report: (rows) => new Map([[rows, 1]]) as never }), [json, empty]],
    ['a mean of nothing', counting({ report: (rows) => rows / rows }), [empty]],
    [
      'state of all runs',
      counting({
        report: (rows) => {
          total += rows;
          return total;
        },
      }),
      [fresh, apart, twice],
    ],
    ['a report that changes', counting({ report: () => asked++ }), [fresh, twice]],
    ['a metric that stops samples', counting({ observe: (frame) => frame.stop(0) }), [kept]],
    ['scores that are written to', counting({ observe: (frame) => void frame.scores(0).fill(0) }), [kept]],
    ['spikes that are written to', counting({ observe: (frame) => void frame.spikes('relu1', 0).fill(1) }), [kept]],
    [
      'a network that is written to',
      metric((network) => {
        for (const node of network.nodes) if (node.op === 'dense') node.kernel.data[0] += 1;
        return { observe: () => undefined, report: () => null };
      }),
      [kept],
    ],
    [
      'use of this',
      {
        ...counting({}),
        start(this: Metric) {
          return { observe: () => undefined, report: () => this.name };
        },
      },
      [json, empty, fresh, apart, twice, kept],
    ],
    [
      'use of this in a run',
      metric(
        () =>
          ({
            observe: () => undefined,
            report(this: { rows: number }) {
              return this.rows;
            },
          }) as Session,
      ),
      [json],
    ],
  ])('%s', async (_, faulty, names) => {
    expect(await failing(metricChecks(faulty))).toEqual(expect.arrayContaining(names));
  });
});
