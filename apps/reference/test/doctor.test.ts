import { batches, mnist, take } from '@spikewright/datasets';
import { diagnose, examineInput } from '@spikewright/doctor';
import { wasmEngine } from '@spikewright/engine-wasm';
import type { Calibration, Network } from '@spikewright/snn-core';
import { describe, expect, test } from 'vitest';
import { clearImages, networks } from '../../../packages/doctor/test/networks.js';
import { embeddedNetwork } from '../src/models/embedded.js';
import { withInputScale } from '../src/models/input-scale.js';
import { catalogue, readConversions } from '../src/run/catalogue.js';

const digits = async (part: 'test' | 'train', count: number): Promise<Calibration> => {
  const images = take(await mnist(part), count);
  return { engine: wasmEngine(), batches: () => batches(images) };
};

/** Every converter of the app but those for other networks, each with what must come before it. */
const pipelines = Object.keys(catalogue).filter((name) => name !== 'qcfs');

/** Converts as the app does, and gives the causes that the doctor names. */
async function causesOf(ann: Network, pipeline: string, data: Calibration, steps = 128): Promise<unknown> {
  const [{ converter, preparation }] = readConversions(pipeline);
  const prepared = await preparation.convert(ann, data);
  const { agreement, causes } = await diagnose(prepared, await converter.convert(ann, data), data, { steps });
  return { agrees: agreement >= 0.95, causes };
}

const sound = { agrees: true, causes: [] };

describe.each(Object.entries(networks))('%s', async (_, ann) => {
  const data = await clearImages(ann);
  test.each(pipelines)('%s is sound', async (pipeline) => {
    expect(await causesOf(ann, pipeline, data)).toEqual(sound);
  });
});

test.each(['norm', 'ecc', 'calibration', 'l4+8-bit'])(
  'the embedded MNIST network converted by %s is sound',
  async (pipeline) => {
    expect(await causesOf(await embeddedNetwork('mnist'), pipeline, await digits('train', 40), 32)).toEqual(sound);
  },
);

test('the embedded QCFS network converted by qcfs is sound', async () => {
  expect(await causesOf(await embeddedNetwork('mnist-qcfs4'), 'qcfs', await digits('train', 40), 8)).toEqual(sound);
});

test('a wrong scale of the input is named, and none in the network as trained', async () => {
  const [ann, data] = [await embeddedNetwork('mnist'), await digits('test', 100)];
  const found = await examineInput(ann, data);
  expect(found.accuracy).toBeGreaterThan(0.95);
  expect(found.cause).toBeUndefined();
  // Trained on bytes: this network takes 255 x, and divides it itself.
  const onBytes = withInputScale(ann, { factor: 1 / 255 });
  const { cause, accuracy } = await examineInput(onBytes, data);
  expect(accuracy).toBeLessThan(0.9);
  expect(cause).toMatchObject({ kind: 'input scale' });
  expect(cause!.evidence).toContain('multiplied by 255');
});
