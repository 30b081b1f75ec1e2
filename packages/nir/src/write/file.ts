import type { Group } from 'h5wasm';
import type { Field, Fields, NirGraph } from '../nir-graph.js';

/** The version of NIR whose format this is. */
const VERSION = '1.0.8';
/** Parameters that NIR stores as whole numbers. */
const WHOLE = new Set([
  'shape',
  'input_shape',
  'stride',
  'padding',
  'dilation',
  'groups',
  'kernel_size',
  'start_dim',
  'end_dim',
  'input_type',
]);

let files = 0;

/** Writes a graph as HDF5. The library writes into memory of its own; no file system is touched. */
export async function writeFile(graph: NirGraph): Promise<Uint8Array> {
  const { File, ready } = await import('h5wasm');
  const { FS } = await ready;
  const path = `/spikewright-${files++}.nir`;
  // The format of HDF5 1.6, which h5py writes by default and everybody reads.
  const file = new File(path, 'w', { libver: ['earliest', 'latest'] });
  try {
    addText(file, 'version', VERSION);
    const root = file.create_group('node');
    addText(root, 'type', 'NIRGraph');
    addFields(root.create_group('metadata'), graph.metadata);
    const names = graph.edges.flat();
    root.create_dataset({ name: 'edges', data: names, shape: [graph.edges.length, 2] });
    const nodes = root.create_group('nodes');
    for (const [name, { type, fields, metadata }] of graph.nodes) {
      const group = nodes.create_group(name);
      addText(group, 'type', type);
      addFields(group, fields);
      if (metadata.size > 0) addFields(group.create_group('metadata'), metadata);
    }
  } finally {
    file.close();
  }
  const bytes = FS.readFile(path).slice();
  FS.unlink(path);
  return bytes;
}

function addText(group: Group, name: string, text: string): void {
  group.create_dataset({ name, data: text, shape: [] });
}

function addFields(group: Group, fields: Fields): void {
  for (const [name, field] of fields) addField(group, name, field);
}

function addField(group: Group, name: string, field: Field): void {
  if (typeof field === 'string') addText(group, name, field);
  else {
    const { shape, data } = field;
    const values = WHOLE.has(name) ? BigInt64Array.from(data, BigInt) : data;
    group.create_dataset({ name, data: values, shape: [...shape] });
  }
}
