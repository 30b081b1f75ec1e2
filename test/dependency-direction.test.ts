import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What each package may import of ours, at run time; the tools for tests and training set-ups are dev dependencies. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'converters-balance': ['snn-core'],
  'converters-calibration': ['snn-core'],
  'converters-ecc': ['snn-core'],
  'converters-l4': ['snn-core'],
  'converters-norm': ['snn-core'],
  'converters-qcfs': ['snn-core'],
  'cutoff-conformal': ['snn-core'],
  'cutoff-topk': ['snn-core'],
  datasets: ['snn-core'],
  doctor: ['snn-core'],
  'energy-metrics': ['snn-core'],
  'engine-tfjs': ['snn-core'],
  'engine-wasm': ['snn-core'],
  hdf5: [],
  'hebbian-tuner': ['snn-core'],
  'import-keras': ['hdf5', 'snn-core'],
  'import-onnx': ['snn-core'],
  'import-torch': ['snn-core'],
  nir: ['hdf5', 'snn-core'],
  'regularizer-rcs': ['snn-core', 'training'],
  report: ['snn-core'],
  'snn-core': [],
  testkit: ['snn-core'],
  'tfjs-kernels-wasm': [],
  training: ['engine-tfjs', 'snn-core'],
};

test('packages import only what the direction of the house allows', () => {
  const found = Object.fromEntries(
    readdirSync('packages').map((folder) => {
      const { dependencies = {}, peerDependencies = {} } = JSON.parse(
        readFileSync(`packages/${folder}/package.json`, 'utf8'),
      );
      const ours = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) =>
        name.startsWith('@spikewright/'),
      );
      return [folder, ours.map((name) => name.replace('@spikewright/', ''))];
    }),
  );
  expect(found).toEqual(MAY_IMPORT);
});

test('snn-core depends on types alone: no framework, no library', () => {
  const { dependencies } = JSON.parse(readFileSync('packages/snn-core/package.json', 'utf8'));
  expect(Object.keys(dependencies).sort()).toEqual(['@standard-schema/spec']);
});
