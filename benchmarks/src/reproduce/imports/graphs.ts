import type { Layers, Signal } from '@spikewright/import-torch';

/** Three convolutions with mean pooling, two dense layers, no biases. */
export function sinabs({ input, conv, relu, avgPool, flatten, linear }: Layers): Signal {
  let x = input([1, 28, 28]);
  for (const name of ['0', '3', '6']) x = avgPool(relu(conv(name, x)), 2);
  return linear('12', relu(linear('10', flatten(x))));
}

/** ResNet-20 for CIFAR-10 (He et al. 2016) with shortcuts of option A: every second pixel, channels filled up with zeros. */
export function resnet20(layers: Layers): Signal {
  const { input, normalise, conv, batchNorm, relu, add, shortcutA, globalAvgPool, linear } = layers;
  const image = normalise(input([3, 32, 32]), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
  let x = relu(batchNorm('bn1', conv('conv1', image, { padding: 1 })));
  for (const [stage, channels] of [16, 32, 64].entries()) {
    for (const block of [0, 1, 2]) {
      const name = `layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const y = relu(batchNorm(`${name}.bn1`, conv(`${name}.conv1`, x, { stride, padding: 1 })));
      const z = batchNorm(`${name}.bn2`, conv(`${name}.conv2`, y, { padding: 1 }));
      x = relu(add(z, stride === 1 ? x : shortcutA(x, channels)));
    }
  }
  return linear('linear', globalAvgPool(x));
}
