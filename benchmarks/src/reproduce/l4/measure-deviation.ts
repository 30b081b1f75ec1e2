import {
  type Batch,
  type Conv2d,
  checkNetwork,
  type Engine,
  type Network,
  type Program,
  upTo,
} from '@spikewright/snn-core';
import { type LayerPart, layerParts } from './layer-parts.js';
import type { Say } from './measure-accuracy.js';
import { type Draws, drawnDeviation, receivedWithin } from './observe-potentials.js';
import type { LayerDeviation } from './results.js';
import { type NeuronDeviation, summariseNeurons } from './summarise-neurons.js';

/**
 * Compares the measured deviation of potentials before they fire with what may predict it, in every convolution: under
 * Poisson spikes of the rates that the network sends, and under the network's own spikes.
 */
export async function measureDeviation(
  snn: Network,
  images: Batch,
  draws: Draws,
  engine: Engine,
  say: Say,
): Promise<LayerDeviation[]> {
  const shapes = checkNetwork(snn);
  const parts = layerParts(snn, shapes);
  const results: LayerDeviation[] = [];
  for (const [place, part] of parts.entries()) {
    const { name } = part.layer;
    say(name, place / parts.length);
    const programs = await compileAll(snn, part, engine);
    const [drawn, own]: NeuronDeviation[][] = [[], []];
    for (let image = 0; image < images.size; image++) {
      const plan = { ...draws, seed: draws.seed + image };
      const seen = await observe(programs, part, imageOf(images, image), plan);
      const predictors = { layer: part.layer, formulas: seen.formulas, shape: shapes.get(name)!, image };
      drawn.push(...neurons(seen.drawn, predictors));
      if (seen.own) own.push(...neurons(seen.own, predictors));
    }
    for (const program of Object.values(programs)) program?.dispose();
    results.push({ layer: name, spikes: 'Poisson', ...summariseNeurons(drawn) });
    if (own.length > 0) results.push({ layer: name, spikes: 'network', ...summariseNeurons(own) });
  }
  return results;
}

interface Programs {
  readonly linear: Program;
  readonly variances: Program;
  /** The network up to the layer; absent where no neurons come before it. */
  readonly cut: Program | undefined;
}

async function compileAll(snn: Network, { layer, source, linear, variances }: LayerPart, engine: Engine) {
  return {
    linear: await engine.compile(linear),
    variances: await engine.compile(variances),
    cut: source.op === 'neuron' ? await engine.compile(upTo(snn, layer.name)) : undefined,
  };
}

/** Deviations of all neurons of a layer under one image: measured with drawn spikes and its own, and by formula. */
async function observe(
  { linear, variances, cut }: Programs,
  { source }: LayerPart,
  values: Float32Array,
  draws: Draws,
) {
  const received = cut && (await receivedWithin(cut, source.name, values, draws));
  const rates = received?.rates ?? values;
  const byFormula = async (single: Float32Array): Promise<Float32Array> => {
    const outputs = await variances.infer({ size: 1, data: single, indices: Uint32Array.of(0) });
    return outputs.map((variance) => Math.sqrt(draws.steps * variance));
  };
  return {
    drawn: await drawnDeviation(linear, rates, draws),
    own: received?.deviation,
    formulas: [await byFormula(rates), await byFormula(rates.map((rate) => rate * (1 - rate)))],
  };
}

interface Predictors {
  readonly layer: Conv2d;
  /** Poisson and Bernoulli, for every neuron. */
  readonly formulas: readonly Float32Array[];
  readonly shape: readonly number[];
  readonly image: number;
}

/** The neurons that receive spikes, without those whose weights reach over the border. */
function neurons(deviation: Float64Array, { layer, formulas, shape, image }: Predictors): NeuronDeviation[] {
  const [l4, l2] = [weightNorms(layer, 4), weightNorms(layer, 2)];
  const [height, width, channels] = shape;
  const [marginY, marginX] = layer.kernel.shape.map((size) => Math.floor(size / 2));
  const found: NeuronDeviation[] = [];
  for (let y = marginY; y < height - marginY; y++) {
    for (let x = marginX; x < width - marginX; x++) {
      for (let c = 0; c < channels; c++) {
        const i = (y * width + x) * channels + c;
        if (deviation[i] === 0 || formulas[1][i] === 0) continue;
        const predicted = [l4[c], l2[c], formulas[0][i], formulas[1][i]];
        found.push({ place: `${image} ${y} ${x}`, measured: deviation[i], predicted });
      }
    }
  }
  return found;
}

function weightNorms({ kernel }: Conv2d, p: number): number[] {
  const channels = kernel.shape[3];
  const sums = new Array<number>(channels).fill(0);
  kernel.data.forEach((weight, i) => {
    sums[i % channels] += Math.abs(weight) ** p;
  });
  return sums.map((sum) => sum ** (1 / p));
}

const imageOf = ({ data, size }: Batch, place: number): Float32Array =>
  data.subarray((place * data.length) / size, ((place + 1) * data.length) / size);
