import { tfjsEngine } from '@spikewright/engine-tfjs';
import { tinyNetworks } from '@spikewright/testkit';
import { expect, test } from 'vitest';

test('tfjsEngine says which import is missing where there is no back end', async () => {
  await expect(tfjsEngine().compile(tinyNetworks().dense)).rejects.toThrow(
    /^Cannot compile network: import a back end of TensorFlow.js, such as '@tensorflow\/tfjs-backend-wasm': /,
  );
});
