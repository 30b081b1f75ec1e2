import { forward, tfjsEngine, valueName, valuesOf } from '@spikewright/engine-tfjs';
import { referenceEngine } from '@spikewright/snn-core';
import { tinyBatch } from '@spikewright/testkit';
import { registerTrainingKernels } from '@spikewright/tfjs-kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { composed, input, network } from './networks.js';

tf.enableProdMode();

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => void (await tf.setBackend(backend)));

  test.each(composed)('tfjsEngine computes what TensorFlow.js has not: %s', async (_, node) => {
    const ann = network(input(7, 6, 4), node, { name: 'flatten', op: 'flatten', inputs: [node.name] });
    const batch = tinyBatch(ann, 3);
    const before = tf.memory().numTensors;
    const program = await tfjsEngine().compile(ann);
    const found = await program.infer(batch);
    program.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const expected = await (await referenceEngine().compile(ann)).infer(batch);
    expect(found).toBeAllClose(expected, { relative: 1e-6, absolute: 1e-6 });
  });
});

describe('on wasm', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
    registerTrainingKernels();
  });

  test.each(composed)('forward has the derivatives of its values: %s', (_, node) => {
    const ann = network(input(7, 6, 4), node);
    tf.tidy(() => {
      const given = valuesOf(ann);
      const names = Object.keys(given);
      // Values of 0, 1/64, 2/64 ... in no order: no two in a window are the same, and the largest stays the largest.
      const image = tf.tensor(
        Float32Array.from({ length: 168 }, (_, i) => ((i * 37) % 168) / 64),
        [1, 7, 6, 4],
      );
      const output = (x: tf.Tensor, ...weights: tf.Tensor[]): tf.Tensor =>
        forward(ann, x, Object.fromEntries(names.map((name, i) => [name, weights[i]])))[node.name];
      const inputs = [image, ...names.map((name) => given[name])];
      const shape = output(image, ...inputs.slice(1)).shape;
      const weights = tf.randomUniform(shape, -1, 1, 'float32', 3);
      const loss = (...all: tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(weights, output(all[0], ...all.slice(1))));
      const gradients = tf.grads(loss as never)(inputs);
      inputs.forEach((x, place) => {
        // The loss is linear in the kernel, and in the image within 1/256: differences are exact but for rounding.
        const h = 2 ** -8;
        for (let i = 0; i < x.size; i += 7) {
          const moved = (by: number): tf.Tensor =>
            tf.add(x, tf.reshape(tf.mul(tf.oneHot(tf.scalar(i, 'int32'), x.size), by), x.shape));
          const at = (by: number): number =>
            loss(...inputs.map((other, j) => (j === place ? moved(by) : other))).dataSync()[0];
          expect(gradients[place].dataSync()[i]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 2);
        }
      });
      expect(names).toEqual(
        node.op !== 'conv2d' ? [] : ['kernel', ...(node.bias ? ['bias'] : [])].map((field) => valueName(node, field)),
      );
    });
  });
});
