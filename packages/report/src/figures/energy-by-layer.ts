import type { Figure } from '../draw.js';
import { numbered, unique } from '../facets.js';
import type { EnergyRecord } from '../results.js';
import { barsByLayer } from './bars-by-layer.js';

const PARTS = [
  ['synapses', 'synapsesNanojoules'],
  ['neurons', 'neuronsNanojoules'],
  ['memory', 'memoryNanojoules'],
  ['addressing', 'addressingNanojoules'],
] as const;

/** Energy by layer and kind of work, a figure for each model. */
export function energyByLayer(records: readonly EnergyRecord[]): Figure[] {
  const all = records.flatMap(({ name, comparisons }) => {
    const models = numbered(comparisons.map(({ spiking }) => spiking.model));
    return comparisons.map(({ spiking }, place) => ({ ...spiking, run: name, model: models[place] }));
  });
  return unique(all.map(({ model }) => model)).map((model, place) => {
    const estimates = all.filter((one) => one.model === model);
    const bars = estimates.flatMap(({ run, layers }) =>
      layers.flatMap((layer) => PARTS.map(([part, key]) => ({ run, node: layer.node, part, value: layer[key] }))),
    );
    const shared = estimates[0].assumptions.filter((line) =>
      estimates.every(({ assumptions }) => assumptions.includes(line)),
    );
    return {
      name: `energy-by-layer-${place + 1}`,
      title: `Energy by layer: ${model}`,
      caption: `What one sample spends on average (${shared.join('; ')}).`,
      svg: barsByLayer(
        bars.filter(({ part }) => bars.some((bar) => bar.part === part && bar.value > 0)),
        'energy of a sample (nJ)',
      ),
    };
  });
}
