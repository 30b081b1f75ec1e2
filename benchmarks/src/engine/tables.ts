import Table from 'cli-table3';
import { type Case, describe } from './cases.js';
import type { Results, SpikeCheck, Timing } from './results.js';

/** The engines that all are compared with. */
const YARDSTICKS = ['torch', 'torch-eager', 'spikingjelly', 'tfjs'];

/** No colours, and no lines between rows. */
const PLAIN = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};

const MEBIBYTE = 2 ** 20;

/** The timings of one case: a line for each engine, and how many times faster it is than each yardstick. */
export function caseTable(one: Case, timings: readonly Timing[]): string {
  const yardsticks = YARDSTICKS.flatMap((name) => timings.find(({ engine }) => engine === name) ?? []);
  const table = new Table({
    head: ['engine', 'ms', 'min', 'max', 'busy', ...yardsticks.map(({ engine }) => `x ${engine}`), 'peak MiB'],
    colAligns: ['left', 'right', 'right', 'right', 'right', ...yardsticks.map(() => 'right' as const), 'right'],
    ...PLAIN,
  });
  for (const { engine, median, min, max, busy, peakMemory } of timings) {
    table.push([
      engine,
      ...[median, min, max, busy].map(digits),
      ...yardsticks.map((yardstick) => digits(yardstick.median / median)),
      Math.round(peakMemory / MEBIBYTE),
    ]);
  }
  return `${describe(one)}; ms a sample and step, median of ${rounds(timings)}\n${table}`;
}

/** How far every engine's spikes are those of the reference engine. */
export function checkTable({ checks }: Results): string {
  const table = new Table({
    head: ['spikes of', 'network', 'neurons', 'differing', 'spikes', 'reference', 'rate, least', 'most'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
    ...PLAIN,
  });
  for (const check of checks) {
    const { net, rate, engine, layers } = check;
    const sums = (['neurons', 'differing', 'spikes', 'expected'] as const).map((field) =>
      layers.reduce((sum, layer) => sum + layer[field], 0),
    );
    const rates = layerRates(check);
    table.push([engine, `${net} ${rate * 100} %`, ...sums, digits(Math.min(...rates)), digits(Math.max(...rates))]);
  }
  return `Spikes of short runs, against the reference engine on the same network\n${table}`;
}

/** Spikes a neuron and step of every layer. */
const layerRates = ({ layers, steps }: SpikeCheck): number[] =>
  layers.map(({ spikes, neurons }) => spikes / neurons / steps);

function rounds(timings: readonly Timing[]): string {
  const counts = timings.map((timing) => timing.rounds.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${most} rounds` : `${least} to ${most} rounds`;
}

const digits = (value: number): string => value.toPrecision(3);
