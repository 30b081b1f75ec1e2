/** What runs a network: engines of ours and tfjs in Node, peers in Python. */
export interface EngineEntry {
  readonly name: string;
  readonly language: 'node' | 'python';
  /** The most threads that it can use. */
  readonly threads: number;
}

const ANY = Number.POSITIVE_INFINITY;

/** All engines, in the order of the tables. */
export const engines: readonly EngineEntry[] = [
  { name: 'wasm-s7', language: 'node', threads: ANY },
  { name: 'wasm-s8', language: 'node', threads: ANY },
  { name: 'wasm-f32', language: 'node', threads: ANY },
  { name: 'reference', language: 'node', threads: 1 },
  { name: 'tfjs', language: 'node', threads: 1 },
  // PyTorch in the fastest of its forms, compiled ones among them; the same without the compiler; SpikingJelly.
  { name: 'torch', language: 'python', threads: ANY },
  { name: 'torch-eager', language: 'python', threads: ANY },
  { name: 'spikingjelly', language: 'python', threads: ANY },
];

/** Finds engines by name. */
export function enginesNamed(names: readonly string[]): EngineEntry[] {
  return names.map((name) => {
    const found = engines.find((engine) => engine.name === name);
    if (found) return found;
    const known = engines.map((engine) => engine.name).join(', ');
    throw new ReferenceError(`Cannot choose engine: it must be one of ${known}: '${name}'`);
  });
}
