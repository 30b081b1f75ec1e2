import { norm } from '@spikewright/converters-norm';
import { diagnose } from '@spikewright/doctor';
import { expect, test } from 'vitest';
import { clearImages, networks } from './networks.js';

test('a branch of an addition in a unit of its own is named', async () => {
  const ann = networks.residual;
  const data = await clearImages(ann);
  const snn = await norm({ scope: 'layer' }).convert(ann, data);
  const nodes = snn.nodes.map((node) =>
    node.op === 'scale' && node.name === 'pool/add'
      ? { ...node, factor: { ...node.factor, data: node.factor.data.map((value) => 3 * value) } }
      : node,
  );
  expect(nodes).not.toEqual(snn.nodes);
  const { causes } = await diagnose(ann, { ...snn, nodes }, data, { steps: 32 });
  expect(causes[0]).toMatchObject({
    kind: 'branch unit',
    node: 'relu2',
    evidence: "the branch 'pool' arrives 3 times as large as it should",
  });
});
