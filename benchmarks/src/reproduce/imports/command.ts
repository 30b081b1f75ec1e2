import { balance } from '@spikewright/converters-balance';
import { ecc } from '@spikewright/converters-ecc';
import { norm } from '@spikewright/converters-norm';
import { withInputScale } from '@spikewright/reference/input-scale';
import { type Converter, chain } from '@spikewright/snn-core';
import { averageMaxPooling } from '@spikewright/snn-core/convert';
import { type Command, Option } from 'commander';
import { reproductionCommand } from '../reproduction-command.js';
import { type Scope, type Setting, settingOf } from '../setting.js';
import { hasMaxPooling, publishedModels, readPublished } from './models.js';

const CONVERTERS: Readonly<Record<string, Converter>> = {
  'norm, strong by channel': norm(),
  'norm, strong by layer': norm({ scope: 'layer' }),
  ECC: ecc(),
  'ECC, 99.9 percentile': ecc({ percentile: 99.9 }),
  balance: balance(),
};

/** `pnpm reproduce imports`: networks that others trained, read from their files and converted. */
export const importsCommand: Command = reproductionCommand(
  {
    name: 'imports',
    packages: [
      'import-keras',
      'import-onnx',
      'import-torch',
      'converters-norm',
      'converters-ecc',
      'converters-balance',
    ],
    read,
    methods: ({ ann }) =>
      Object.entries(CONVERTERS).map(([method, converter]) =>
        hasMaxPooling(ann)
          ? { method: `${method}, pooling averaged`, converter: chain(averageMaxPooling(), converter) }
          : { method, converter },
      ),
  },
  {
    description: 'networks of others, read from Keras, ONNX and PyTorch files, converted by norm, ECC and balance',
    networks: Object.keys(publishedModels),
    known: Object.keys(publishedModels),
    steps: 256,
  },
).addOption(
  new Option('--models <folder>', 'where the files lie').default('../shared/data/models').env('SPIKEWRIGHT_MODELS'),
);

async function read(name: string, scope: Scope): Promise<Setting> {
  const { title, dataSet, read: readFile, input = {} } = publishedModels[name];
  const { models } = importsCommand.opts<{ models: string }>();
  const ann = withInputScale(await readFile(await readPublished(name, models)), input);
  return settingOf({ name, title, dataSet, ann }, scope);
}
