import { balance } from '@spikewright/converters-balance';
import { burstNeurons, calibration, signedNeurons, twoStageEngine } from '@spikewright/converters-calibration';
import { norm } from '@spikewright/converters-norm';
import { qcfs } from '@spikewright/converters-qcfs';
import { type TrainedName, trainedNetworks } from '@spikewright/reference/networks';
import { chain, type Engine } from '@spikewright/snn-core';
import type { Command } from 'commander';
import { type Curve, measureCurve } from './curve.js';
import { firstOf } from './first-of.js';
import { reproductionCommand } from './reproduction-command.js';
import type { Method, ReproductionOptions, ReproductionPlan } from './run-reproduction.js';
import type { Setting } from './setting.js';

/** T that calibration makes networks for. */
const CALIBRATED = [4, 16];

/** What is done with networks of ReLU. */
const RELU_METHODS: readonly Method[] = [
  { method: 'norm, weak', converter: norm({ rule: 'max', scope: 'layer', initial: 0 }) },
  { method: 'norm, strong by layer', converter: norm({ scope: 'layer' }) },
  { method: 'norm, strong by channel', converter: norm() },
  { method: 'balance', converter: balance() },
  ...CALIBRATED.flatMap((steps) => [
    { method: `calibration for T = ${steps}, light`, converter: calibration({ steps }) },
    {
      method: `calibration for T = ${steps}, advanced`,
      converter: calibration({ steps, bias: false, potentials: true }),
    },
  ]),
  { method: 'norm by channel, start at 0, signed', converter: chain(norm({ initial: 0 }), signedNeurons()) },
  { method: 'norm by channel, burst', converter: chain(norm(), burstNeurons()) },
];

/** The two-stage engine is plain TypeScript: it gets few images and few steps. */
const TWO_STAGE = { images: 200, steps: 16, first: 4 };

/** QCFS networks as converted, and with the neurons that correct themselves after a first stage, on the same images. */
async function twoStageCurves(setting: Setting, options: ReproductionOptions): Promise<Curve[]> {
  if (!isQcfs(setting)) return [];
  const { first } = TWO_STAGE;
  const images = Math.min(TWO_STAGE.images, setting.images);
  const steps = Math.min(TWO_STAGE.steps, options.steps);
  const snn = await qcfs().convert(setting.ann, setting.calibration);
  const measure = (name: string, engine: Engine): Promise<Curve> => {
    const method = `${name} (${images} images)`;
    const onProgress = (share: number): void => options.say(`${setting.name}: ${method}`, share);
    const few = {
      ...setting,
      images,
      test: () => firstOf(setting.test(), images),
      calibration: { ...setting.calibration, engine },
    };
    return measureCurve(snn, few, { method, steps, seed: options.seed, onProgress });
  };
  return [
    await measure('QCFS', setting.calibration.engine),
    await measure(`QCFS, SRP after ${first} steps`, twoStageEngine({ rule: 'residual', first })),
    await measure(`QCFS, COS after ${first} steps`, twoStageEngine({ rule: 'offset', first })),
  ];
}

const isQcfs = ({ name }: Setting): boolean => trainedNetworks[name as TrainedName].activation === 'qcfs';

/** What `pnpm reproduce converters` measures. */
export const convertersPlan: ReproductionPlan = {
  name: 'converters',
  packages: [
    'converters-balance',
    'converters-calibration',
    'converters-norm',
    'converters-qcfs',
    'engine-wasm',
    'snn-core',
  ],
  methods: (setting) => (isQcfs(setting) ? [{ method: 'QCFS', converter: qcfs() }] : RELU_METHODS),
  more: twoStageCurves,
};

/** `pnpm reproduce converters`: the baselines and the conversions without training, beside each other. */
export const convertersCommand: Command = reproductionCommand(convertersPlan, {
  description: 'norm, balance, calibration, signed and burst neurons on ReLU networks; SRP and COS on QCFS networks',
  networks: ['mnist', 'fashion-mnist', 'cifar10', 'mnist-qcfs4', 'fashion-mnist-qcfs4', 'cifar10-qcfs4'],
  steps: 64,
});
