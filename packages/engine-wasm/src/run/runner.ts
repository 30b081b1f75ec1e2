import type { Batch, Compiled, Frame, RunOptions } from '@spikewright/snn-core';
import { elements } from '@spikewright/snn-core';
import type { Machine } from '../machine/start-machine.js';
import { type Choices, chooseKernels, type PlanOptions } from '../plan/choose-kernels.js';
import { makePlan, type Plan } from '../plan/make-plan.js';
import type { Extent } from '../plan/signals.js';
import type { Settings } from '../wasm-engine.js';
import type { Work } from './advance.js';
import { workAlone, workTogether } from './do-work.js';
import { type Runner, runSamples } from './run-samples.js';

/** Runs of one program; plans are made when first needed. */
export interface Runners {
  /** @param check - throws once the program is disposed of */
  run(batch: Batch, options: RunOptions, check: () => unknown): Iterable<Frame> | AsyncIterable<Frame>;
}

/** Steps of a sample computed at a time where nothing can stop it; elsewhere one, so that none is in vain. */
const LONG = 16;
/** Fewer steps before the first stop are taken one by one too, side by side with those of other samples, which is quicker. */
const WORTH = 8;
/** Potentials of whole numbers are planned for so many steps; longer runs get a plan of their own. */
const USUAL_STEPS = 4096;
/** What the values of a chunk may take; where there are many, chunks and rows are fewer. */
const VALUES_BYTES = 128 * 2 ** 20;

const NO_WORK: Work = { lanes: [new Int32Array()] };

/** A plan with the tables that are made as it runs. */
type Planned = Pick<Runner, 'plan' | 'counts'>;

/** Makes the runs of a program. */
export function makeRunner(machine: Machine, compiled: Compiled, settings: Settings): Runners {
  const planFor = keepPlans(machine, compiled, settings);
  let latest = 0;
  const runner = (options: RunOptions, check: () => unknown): Runner => {
    const turn = ++latest;
    const { steps, firstStop = 1 } = options;
    // The steps before the first stop that are taken together.
    const certain = firstStop === steps || firstStop >= WORTH ? firstStop : 0;
    return {
      compiled,
      machine,
      ...planFor(options),
      chunk: (clock) => settings.chunk ?? Math.max(1, Math.min(LONG, certain - clock)),
      check: () => {
        check();
        if (turn === latest) return;
        throw new Error('Cannot go on with run: one run at a time must be under way: a later one was begun');
      },
    };
  };
  const items = function* (batch: Batch, options: RunOptions, check: () => unknown): Generator<Frame | Work> {
    check();
    const begun = runner(options, check);
    // An earlier run may have left threads at work, which must not write into this one.
    yield NO_WORK;
    begun.check();
    yield* runSamples(begun, batch, options);
  };
  return {
    run: (batch, options, check) => {
      const shown = items(batch, options, check);
      return machine.pool ? workTogether(machine, machine.pool, shown) : workAlone(machine, shown);
    },
  };
}

function keepPlans(machine: Machine, compiled: Compiled, settings: Settings): (options: RunOptions) => Planned {
  const plans = new Map<string, Planned>();
  return ({ encoder, steps, dropout = 0 }) => {
    const most = Math.max(USUAL_STEPS, 2 ** Math.ceil(Math.log2(steps)));
    const options = { input: encoder.output, floats: settings.floats, steps: most, dropout };
    const key = JSON.stringify(options);
    const known = plans.get(key);
    if (known) return known;
    const made = { plan: plan(machine, compiled, settings, options), counts: new Map() };
    plans.set(key, made);
    return made;
  };
}

function plan(machine: Machine, compiled: Compiled, { chunk, rows }: Settings, options: PlanOptions): Plan {
  const choices = chooseKernels(compiled, options);
  return makePlan(
    machine,
    compiled,
    choices,
    limitExtent(compiled, choices, {
      slots: rows,
      chunk: chunk ?? LONG,
      listed: Math.max(chunk ?? LONG, Math.min(rows, LONG)),
      lanes: machine.lanes,
    }),
  );
}

/** Takes fewer steps at a time, then fewer rows, where values of every step take much memory. */
function limitExtent({ shapes }: Compiled, { values, constant, dropout }: Choices, wanted: Extent): Extent {
  const changing = [...values].filter((name) => !constant.has(name));
  // Where spikes get lost, those sent are kept beside what arrives.
  const bytes = changing.reduce((sum, name) => sum + (dropout > 0 ? 16 : 8) * elements(shapes.get(name)!), 0);
  let { slots, chunk } = wanted;
  while (chunk > 1 && slots * chunk * bytes > VALUES_BYTES) chunk = Math.ceil(chunk / 2);
  while (slots > 1 && slots * chunk * bytes > VALUES_BYTES) slots = Math.ceil(slots / 2);
  return { ...wanted, slots, chunk };
}
