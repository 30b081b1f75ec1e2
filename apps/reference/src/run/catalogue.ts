import { balance } from '@spikewright/converters-balance';
import { burstNeurons, calibration, signedNeurons } from '@spikewright/converters-calibration';
import { ecc } from '@spikewright/converters-ecc';
import { l4 } from '@spikewright/converters-l4';
import { norm } from '@spikewright/converters-norm';
import { qcfs } from '@spikewright/converters-qcfs';
import { quantizeWeights } from '@spikewright/engine-wasm';
import { type Converter, chain, noTuner, type Tuner } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { requireDifferent } from './require-different.js';

/** A converter that `--converter` takes by name. */
export interface Listed {
  readonly title: string;
  /** What comes out: a spiking network, an ANN for another converter, or a changed spiking network. */
  readonly makes: 'spikes' | 'ann' | 'change';
  readonly make: () => Converter;
  /** Where the method comes from, and what of that source was read. */
  readonly label: string;
}

const RELEASED = 'released code';
const PAPER_AND_CODE = 'paper and released code';
/** What a user of the L4 rules must know. */
const DERIVED = "derived from the abstract; the paper's rule is not public";

/** The converters by the names that `--converter` takes. */
export const catalogue: Readonly<Record<string, Listed>> = {
  weak: {
    title: 'norm, weak: max by layer, start at 0',
    makes: 'spikes',
    make: () => norm({ rule: 'max', scope: 'layer', initial: 0 }),
    label: 'the weak form that papers compare with',
  },
  strong: {
    title: 'norm, strong by layer: 99.9 percentile, start at θ/2',
    makes: 'spikes',
    make: () => norm({ scope: 'layer' }),
    label: RELEASED,
  },
  norm: {
    title: 'norm, strong by channel: 99.9 percentile, start at θ/2',
    makes: 'spikes',
    make: () => norm({ scope: 'channel' }),
    label: 'released code, by channel ours',
  },
  ecc: {
    title: 'ECC: explicit current control, start at θ/2',
    makes: 'spikes',
    make: () => ecc(),
    label: 'released tool (SpKeras); of the paper only the abstract was read',
  },
  qcfs: { title: 'QCFS: λ as trained, start at θ/2', makes: 'spikes', make: () => qcfs(), label: PAPER_AND_CODE },
  balance: {
    title: 'local threshold balancing, by channel',
    makes: 'spikes',
    make: () => balance(),
    label: PAPER_AND_CODE,
  },
  calibration: {
    title: 'calibration: MMSE thresholds, biases corrected (light)',
    makes: 'spikes',
    make: () => calibration(),
    label: RELEASED,
  },
  'calibration-advanced': {
    title: 'calibration: MMSE thresholds, initial potentials corrected too (advanced)',
    makes: 'spikes',
    make: () => calibration({ potentials: true }),
    label: RELEASED,
  },
  average: {
    title: 'average pooling in the place of max pooling; changes the function',
    makes: 'ann',
    make: () => averageMaxPooling(),
    label: 'ours',
  },
  l4: {
    title: 'L4 norm, rule A: equalise, the function stays',
    makes: 'ann',
    make: () => l4(),
    label: DERIVED,
  },
  'l4-normalise': {
    title: 'L4 norm, rule B: normalise, the literal reading; changes the function',
    makes: 'ann',
    make: () => l4({ rule: 'normalise' }),
    label: DERIVED,
  },
  'l4-sigma': {
    title: 'L4 norm, rule C: by the measured deviation of the input',
    makes: 'ann',
    make: () => l4({ rule: 'sigma' }),
    label: DERIVED,
  },
  '8-bit': { title: 'weights of 8 bits', makes: 'change', make: () => quantizeWeights({ bits: 8 }), label: 'ours' },
  '7-bit': { title: 'weights of 7 bits', makes: 'change', make: () => quantizeWeights({ bits: 7 }), label: 'ours' },
  signed: {
    title: 'neurons that send negative spikes too (SNM)',
    makes: 'change',
    make: () => signedNeurons(),
    label: RELEASED,
  },
  burst: {
    title: 'neurons that send up to 5 spikes a step',
    makes: 'change',
    make: () => burstNeurons(),
    label: RELEASED,
  },
};

/** A row of the report. */
export interface Conversion {
  readonly name: string;
  readonly converter: Converter;
  readonly tuner: Tuner;
  /** The first part of it, that changes the ANN: what the spiking network is to be compared with, layer by layer. */
  readonly preparation: Converter;
}

/**
 * Reads what `--converter` was given: pipelines parted by commas, each of names joined by `+`, in the order in which they
 * run. Where none of them makes spikes, norm by channel comes after those that change the ANN.
 *
 * @throws ReferenceError for an unknown name, TypeError for an order that cannot work, or for a pipeline that is there twice
 */
export function readConversions(text: string): Conversion[] {
  const conversions = text.split(',').map((pipeline) => {
    const given = pipeline.trim().split('+');
    const unknown = given.find((name) => !Object.hasOwn(catalogue, name));
    if (unknown !== undefined) {
      throw new ReferenceError(
        `Cannot read --converter: names must be among ${Object.keys(catalogue).join(', ')}: '${unknown}'`,
      );
    }
    const names = completed(given);
    const made = (some: readonly string[]): Converter => chain(...some.map((name) => catalogue[name].make()));
    return {
      name: names.length === 1 ? catalogue[names[0]].title : names.join(' + '),
      converter: made(names),
      tuner: noTuner(),
      preparation: made(names.filter((name) => catalogue[name].makes === 'ann')),
    };
  });
  requireDifferent(
    '--converter',
    conversions.map(({ name }) => name),
  );
  return conversions;
}

/** Puts in what makes spikes, and checks the order: ANN passes, one that makes spikes, changes of the spiking network. */
function completed(names: readonly string[]): readonly string[] {
  const ranks = { ann: 0, spikes: 1, change: 2 } as const;
  const rank = (name: string): number => ranks[catalogue[name].makes];
  const makers = names.filter((name) => rank(name) === 1);
  const all =
    makers.length > 0
      ? names
      : [...names.filter((name) => rank(name) === 0), 'norm', ...names.filter((name) => rank(name) === 2)];
  const wrong = all.findIndex((name, place) => place > 0 && rank(name) < rank(all[place - 1]));
  if (makers.length > 1 || wrong > 0) {
    throw new TypeError(
      `Cannot read --converter: first come converters of the ANN, then one that makes spikes, then changes of the spiking network: '${names.join('+')}'`,
    );
  }
  return all;
}
