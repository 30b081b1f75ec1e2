import { tfjsEngine } from '@spikewright/engine-tfjs';
import { direct, evaluate, referenceEngine } from '@spikewright/snn-core';
import { tinyBatch, tinyNetworks, withNeurons } from '@spikewright/testkit';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { copyRegisteredKernels, enableProdMode, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

enableProdMode();

/** The cpu back end under the name of webgpu, which cannot be read at once. */
class Waiting extends MathBackendCPU {
  override readSync(): never {
    throw new Error('Cannot read: the device would be lost');
  }

  override async read(data: object): Promise<ReturnType<MathBackendCPU['readSync']>> {
    return super.readSync(data);
  }
}

beforeAll(async () => {
  registerBackend('webgpu', () => new Waiting());
  copyRegisteredKernels('cpu', 'webgpu');
  await setBackend('webgpu');
});

const spiking = withNeurons(tinyNetworks().residualIdentity);

test('tfjsEngine waits for all that it reads from webgpu', async () => {
  const batch = tinyBatch(spiking, 4);
  const measure = async (engine: ReturnType<typeof tfjsEngine>) =>
    evaluate(await engine.compile(spiking), [batch], { steps: 5, encoder: direct() });
  expect(await measure(tfjsEngine())).toEqual(await measure(referenceEngine()));
});

test('tfjsEngine refuses dropout on webgpu', async () => {
  const program = await tfjsEngine().compile(spiking);
  const options = { steps: 2, encoder: direct(), seed: 0 };
  expect(() => program.run(tinyBatch(spiking, 1), { ...options, dropout: 0.1 })).toThrow(
    new TypeError('Cannot run: dropout needs a back end that can be read at once, such as wasm: webgpu'),
  );
  program.dispose();
});
