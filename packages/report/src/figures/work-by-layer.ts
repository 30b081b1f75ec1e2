import type { Figure } from '../draw.js';
import type { SpikingRecord } from '../results.js';
import { barsByLayer } from './bars-by-layer.js';

/** Additions and multiply-additions by layer. */
export function workByLayer(runs: readonly SpikingRecord[]): Figure {
  const bars = runs.flatMap(({ name, evaluation: { work } }) =>
    Object.keys(work.accumulates).flatMap((node) => [
      { run: name, node, part: 'additions (AC)', value: work.accumulates[node] },
      { run: name, node, part: 'multiply-additions (MAC)', value: work.multiplyAccumulates[node] ?? 0 },
    ]),
  );
  return {
    name: 'work-by-layer',
    title: 'Synaptic operations by layer',
    caption: 'Operations that one sample executed on average, borders and zero weights left out.',
    svg: barsByLayer(bars, 'operations a sample'),
  };
}
