import type { Group } from 'h5wasm';
import * as h5wasm from 'h5wasm';

/** A number, a list of numbers (with a shape of its own where it has several axes), or a word. */
export type Value =
  | string
  | number
  | readonly number[]
  | { readonly shape: readonly number[]; readonly data: readonly number[] };
/** A node: its type, its parameters, its metadata; or a graph. */
export type Described = { readonly type: string; readonly metadata?: Readonly<Record<string, Value>> } & {
  readonly [name: string]: Value | Readonly<Record<string, Value>> | undefined;
};
/** A graph as other tools write it. */
export interface Graph {
  readonly nodes: Readonly<Record<string, Described | Graph>>;
  readonly edges: readonly (readonly [string, string])[];
}

let files = 0;

/** Writes a NIR file as other tools do, by the HDF5 library and nothing of this package. */
export async function nirFile(
  graph: Graph,
  change: (root: Group) => void = () => {},
  libver: h5wasm.LIBVER_BOUND = 'earliest',
): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const path = `/test-${files++}.nir`;
  const file = new h5wasm.File(path, 'w', { libver: [libver, 'latest'] });
  file.create_dataset({ name: 'version', data: '1.0', shape: [] });
  writeGraph(file.create_group('node'), graph);
  change(file);
  file.close();
  return FS.readFile(path).slice();
}

function writeGraph(group: Group, { nodes, edges }: Graph): void {
  group.create_dataset({ name: 'type', data: 'NIRGraph', shape: [] });
  if (edges.length > 0) group.create_dataset({ name: 'edges', data: edges.flat(), shape: [edges.length, 2] });
  const members = group.create_group('nodes');
  for (const [name, node] of Object.entries(nodes)) {
    const member = members.create_group(name);
    if ('nodes' in node) writeGraph(member, node as Graph);
    else writeFields(member, node as Described);
  }
}

function writeFields(group: Group, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, field] of Object.entries(fields)) {
    if (typeof field === 'string') group.create_dataset({ name, data: field, shape: [] });
    else if (typeof field === 'number')
      group.create_dataset({ name, data: BigInt64Array.of(BigInt(field)), shape: [] });
    else if (Array.isArray(field))
      group.create_dataset({ name, data: Float32Array.from(field), shape: [field.length] });
    else if ('data' in (field as object)) {
      const { shape, data } = field as { shape: number[]; data: number[] };
      const chunked = name === 'weight' ? { chunks: shape, compression: 'gzip' as const } : {};
      group.create_dataset({ name, data: Float32Array.from(data), shape, ...chunked });
    } else writeFields(group.create_group(name), field as Record<string, unknown>);
  }
}

/** The shortest graph: an input, some nodes one after another, an output. */
export function chainOf(
  input: readonly number[],
  nodes: Readonly<Record<string, Described>>,
  output: readonly number[],
): Graph {
  const names = ['input', ...Object.keys(nodes), 'output'];
  return {
    nodes: { input: { type: 'Input', shape: input }, ...nodes, output: { type: 'Output', shape: output } },
    edges: names.slice(1).map((name, i) => [names[i]!, name]),
  };
}

/** IF neurons of a shape. */
export const ifNode = (
  shape: readonly number[],
  changes: Readonly<Record<string, Value | Record<string, Value>>> = {},
): Described => {
  const all = (value: number): Value => ({ shape, data: new Array(shape.reduce((a, b) => a * b, 1)).fill(value) });
  return { type: 'IF', r: all(1), v_threshold: all(1), v_reset: all(0), ...changes };
};
