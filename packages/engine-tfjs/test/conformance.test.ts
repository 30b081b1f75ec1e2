import { tfjsEngine } from '@spikewright/engine-tfjs';
import { engineChecks } from '@spikewright/testkit';
import { registerNeuronKernels } from '@spikewright/tfjs-kernels-wasm/neurons';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';

enableProdMode();

describe.each(['cpu', 'wasm'])('tfjsEngine on the back end %s', (backend) => {
  beforeAll(async () => void (await setBackend(backend)));
  for (const [name, check] of engineChecks(tfjsEngine())) test(name, check);
});

describe('tfjsEngine with few rows and the kernel for neurons', () => {
  beforeAll(async () => {
    await setBackend('wasm');
    registerNeuronKernels();
  });
  for (const [name, check] of engineChecks(tfjsEngine({ rows: 2 }))) test(name, check);
});
