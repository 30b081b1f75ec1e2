import { norm } from '@spikewright/converters-norm';
import { qcfs } from '@spikewright/converters-qcfs';
import { type TrainedName, trainedNetworks } from '@spikewright/reference/networks';
import type { Command } from 'commander';
import type { Bound } from './bounds.js';
import { reproductionCommand } from './reproduction-command.js';
import type { ReproductionPlan } from './run-reproduction.js';

/** What QCFS with L = 4 may lose, by network. */
const BOUNDS: Readonly<Record<string, readonly Bound[]>> = {
  'mnist-qcfs4': [{ steps: 4, most: 0.5 }],
  'fashion-mnist-qcfs4': [
    { steps: 4, most: 1.5 },
    { steps: 8, most: 1 },
  ],
};

/** What `pnpm reproduce qcfs` measures. */
export const qcfsPlan: ReproductionPlan = {
  name: 'qcfs',
  packages: ['converters-qcfs', 'converters-norm', 'engine-wasm', 'snn-core'],
  methods: ({ name }) => {
    const { levels } = trainedNetworks[name as TrainedName];
    return levels
      ? [
          { method: `QCFS, L = ${levels}`, converter: qcfs() },
          { method: `QCFS, L = ${levels}, start at 0`, converter: qcfs({ initial: 0 }) },
        ]
      : [{ method: 'ReLU, norm strong by channel', converter: norm() }];
  },
  bounded: ({ name }) =>
    Object.hasOwn(BOUNDS, name) ? [{ method: 'QCFS, L = 4', converter: qcfs(), bounds: BOUNDS[name] }] : [],
};

/** `pnpm reproduce qcfs`: accuracy over T of networks trained with QCFS, beside ReLU networks converted by the strong norm. */
export const qcfsCommand: Command = reproductionCommand(qcfsPlan, {
  description: 'QCFS networks converted as trained, beside ReLU networks converted by the strong norm',
  networks: [
    'mnist-qcfs4',
    'mnist-qcfs8',
    'mnist',
    'fashion-mnist-qcfs4',
    'fashion-mnist-qcfs8',
    'fashion-mnist',
    'cifar10-qcfs4',
    'cifar10',
  ],
  steps: 64,
});
