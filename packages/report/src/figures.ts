import type { Figure } from './draw.js';
import { accuracyAgainstEnergy } from './figures/accuracy-against-energy.js';
import { accuracyOverSteps } from './figures/accuracy-over-steps.js';
import { breakEvenPlots } from './figures/break-even-plot.js';
import { energyByLayer } from './figures/energy-by-layer.js';
import { errorDecomposition } from './figures/error-decomposition.js';
import { layerCorrelation } from './figures/layer-correlation.js';
import { membraneTraces } from './figures/membrane-traces.js';
import { spikeRaster } from './figures/spike-raster.js';
import { stopHistogram } from './figures/stop-histogram.js';
import { workByLayer } from './figures/work-by-layer.js';
import type { Group } from './groups.js';

/** Draws all figures that the records of one ANN allow, in the order in which a paper shows them. */
export function drawFigures({ ann, runs, energies, layers, rasters, traces }: Group): Figure[] {
  if (runs.length === 0) return [];
  const stops = stopHistogram(runs);
  return [
    accuracyOverSteps(ann, runs),
    accuracyAgainstEnergy(ann, runs),
    ...(stops ? [stops] : []),
    workByLayer(runs),
    ...energyByLayer(energies),
    ...breakEvenPlots(energies, runs),
    ...(layers.length > 0 ? [layerCorrelation(layers, runs), errorDecomposition(layers, runs)] : []),
    ...rasters.map(spikeRaster),
    ...traces.map(membraneTraces),
  ];
}
