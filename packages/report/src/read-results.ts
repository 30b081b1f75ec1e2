import type { HeaderRecord, ResultRecord, Results } from './results.js';
import { list, literal, nullable, number, object, optional, record, type Shape, text, tuple, whole } from './shape.js';

const share = number(0, 1);
const amount = number(0);
const counts = record(amount);
const detail = { name: text, snn: text };

const header = object({ kind: literal('results'), format: literal(1), title: optional(text), command: optional(text) });

const evaluation = object({
  samples: whole(1),
  steps: whole(1, 65_536),
  accuracy: list(nullable(share)),
  meanStopStep: number(1, 65_536),
  stops: list(whole(0)),
  work: object({ spikes: counts, accumulates: counts, multiplyAccumulates: counts }),
  workByStep: list(object({ spikes: amount, accumulates: amount, multiplyAccumulates: amount })),
});

const estimate = object({
  model: text,
  assumptions: list(text),
  energyNanojoules: amount,
  layers: list(
    object({
      node: text,
      synapsesNanojoules: amount,
      neuronsNanojoules: amount,
      memoryNanojoules: amount,
      addressingNanojoules: amount,
    }),
  ),
});

const crossing = object({ spikeRate: nullable(amount), steps: nullable(amount) });

const step = number(1, 65_536);
const cut = object({
  of: text,
  cutoff: text,
  medianStopStep: step,
  claimed: object({ accuracy: share, meanStopStep: step }),
  optimal: object({ mean: step }),
});

const shapes: Readonly<Record<ResultRecord['kind'], Shape>> = {
  ann: object({ name: text, hash: text, samples: whole(1), accuracy: share, multiplyAccumulates: counts }),
  snn: object({
    name: text,
    hashes: object({ ann: text, snn: text }),
    notes: list(text),
    evaluation,
    cut: optional(cut),
  }),
  refused: object({ name: text, ann: text, reason: text }),
  energy: object({
    ...detail,
    comparisons: list(object({ spiking: estimate, ann: estimate, twin: estimate, twinBits: whole(1) })),
    breakEven: object({
      steps: number(0),
      spikeRate: amount,
      twinBits: whole(1),
      rows: list(object({ table: text, ann: crossing, twin: crossing })),
    }),
  }),
  layers: object({
    ...detail,
    layers: list(
      object({
        node: text,
        meanRate: amount,
        correlation: nullable(number(-1, 1)),
        clippedMass: amount,
        quantisationError: amount,
        unevennessError: nullable(amount),
      }),
    ),
  }),
  raster: object({
    ...detail,
    node: text,
    sample: whole(0),
    steps: whole(1, 65_536),
    neurons: whole(1, 100_000),
    spikes: list(tuple(whole(1), whole(0))),
  }),
  traces: object({
    ...detail,
    node: text,
    sample: whole(0),
    traces: list(object({ neuron: whole(0), potentials: list(number()) })),
  }),
};

/**
 * Reads a results file: JSON lines, the first of which is the header `{ "kind": "results", "format": 1 }`.
 *
 * @throws TypeError naming the line and the field: for a file that is empty, cut off within a line, of another version, or
 * damaged; ReferenceError for a record whose network is not in the file
 */
export function readResults(jsonl: string): Results {
  const lines = jsonl.split('\n');
  if (jsonl.trim() === '') throw new TypeError('Cannot read results: the file must have a header line: it is empty');
  const last = lines.pop()!;
  if (last !== '')
    throw new TypeError(
      `Cannot read results: line ${lines.length + 1} must end with a line break (it was cut off): ${show(last)}`,
    );
  const [first, ...others] = lines.map(parse);
  const head = readHeader(first);
  const results = { header: head, records: others.map((line, place) => readRecord(line, place + 2)) };
  checkReferences(results);
  return results;
}

function parse(line: string, place: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new TypeError(`Cannot read results: line ${place + 1} must be JSON (is it cut off?): ${show(line)}`, {
      cause,
    });
  }
}

function readHeader(value: unknown): HeaderRecord {
  const { kind, format } = (value ?? {}) as Partial<HeaderRecord>;
  if (kind !== 'results')
    throw new TypeError('Cannot read results: line 1 must be the header {"kind":"results","format":1}: another kind');
  if (format !== 1)
    throw new TypeError(`Cannot read results: format must be 1 (another version wrote them): ${format}`);
  header(value, '');
  return value as HeaderRecord;
}

function readRecord(value: unknown, line: number): ResultRecord {
  const kind = (value as Partial<ResultRecord> | null)?.kind;
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind))
    throw new TypeError(
      `Cannot read results: kind of line ${line} must be one of ${Object.keys(shapes).join(', ')}: ${show(String(kind))}`,
    );
  shapes[kind](value, `line ${line}, ${kind}`);
  if (kind === 'snn') checkSteps(value as ResultRecord & { kind: 'snn' }, line);
  if (kind === 'raster') checkSpikes(value as ResultRecord & { kind: 'raster' }, line);
  return value as ResultRecord;
}

function checkSteps(
  { evaluation: { steps, accuracy, stops, workByStep } }: ResultRecord & { kind: 'snn' },
  line: number,
): void {
  for (const [name, { length }] of Object.entries({ accuracy, stops, workByStep }))
    if (length !== steps)
      throw new TypeError(
        `Cannot read results: line ${line}, snn.evaluation.${name} must have ${steps} entries, one a step: ${length}`,
      );
}

function checkSpikes({ steps, neurons, spikes }: ResultRecord & { kind: 'raster' }, line: number): void {
  const wrong = spikes.findIndex(([step, neuron]) => step > steps || neuron >= neurons);
  if (wrong >= 0)
    throw new TypeError(
      `Cannot read results: line ${line}, raster.spikes[${wrong}] must lie within ${steps} steps and ${neurons} neurons: ${spikes[wrong].join(', ')}`,
    );
}

/** Every record must belong to something in the file. */
function checkReferences({ records }: Results): void {
  const anns = new Set(records.flatMap((one) => (one.kind === 'ann' ? [one.hash] : [])));
  const runs = new Set(records.flatMap((one) => (one.kind === 'snn' ? [`${one.hashes.snn} ${one.name}`] : [])));
  for (const one of records) {
    const ann = one.kind === 'snn' ? one.hashes.ann : one.kind === 'refused' ? one.ann : undefined;
    if (ann !== undefined && !anns.has(ann))
      throw new ReferenceError(`Cannot read results: the ANN of '${one.name}' must be in the file: ${show(ann)}`);
    if ('snn' in one && !runs.has(`${one.snn} ${one.name}`))
      throw new ReferenceError(`Cannot read results: ${one.kind} must belong to a run in the file: '${one.name}'`);
  }
}

const show = (line: string): string => line.replace(/\p{Cc}/gu, ' ').slice(0, 40);
