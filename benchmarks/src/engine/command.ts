import { Command } from 'commander';
import { casesOf, type Grid } from './cases.js';
import { engines, enginesNamed } from './engines.js';
import { names, rates as ratesIn, wholeNumber, wholeNumbers } from './parse-options.js';
import { runBenchmark } from './run-benchmark.js';
import { caseTable, checkTable } from './tables.js';
import { netNames } from './workloads.js';
import { writeResults } from './write-results.js';

interface Options extends Grid {
  readonly nets?: readonly string[];
  readonly engines?: readonly string[];
  readonly rounds: number;
  readonly peers: boolean;
  readonly quick: boolean;
  readonly json: boolean;
}

/** A minute's look: one small case. */
const QUICK: Grid & { nets: readonly string[] } = { nets: ['mnist'], rates: [0.1], steps: [8], batches: [8] };

/** The command `engine`: what a simulation costs, engine by engine. */
export const engineCommand: Command = new Command('engine')
  .description('time the simulation of spiking networks, engine by engine, on the same networks and images')
  .option('--nets <names>', `networks: ${netNames.join(',')}`, names)
  .option('--rates <list>', 'spikes a neuron and step', ratesIn)
  .option('--steps <list>', 'T, time steps', wholeNumbers)
  .option('--batches <list>', 'samples that run together', wholeNumbers)
  .option('--threads <list>', 'threads', wholeNumbers)
  .option('--engines <names>', engines.map(({ name }) => name).join(','), names)
  .option('--rounds <n>', 'rounds of each case', wholeNumber, 5)
  .option(
    '--peers',
    'PyTorch and SpikingJelly too (peers/requirements.txt; SPIKEWRIGHT_PYTHON names the Python)',
    false,
  )
  .option('--quick', 'one small case', false)
  .option('--json', 'write results and plots to benchmarks/results', false)
  .action(engineBenchmark);

async function engineBenchmark(options: Options): Promise<void> {
  const { nets, rates, steps, batches, threads } = options.quick ? QUICK : options;
  const grid = Object.fromEntries(Object.entries({ rates, steps, batches, threads }).filter(([, list]) => list));
  const abort = new AbortController();
  process.once('SIGINT', () => {
    console.error('Stopped; what follows is of the cases that are done');
    process.exitCode = 130;
    abort.abort();
  });
  const results = await runBenchmark({
    signal: abort.signal,
    cases: (nets ?? netNames).flatMap((net) => casesOf(net, grid)),
    engines: enginesNamed(options.engines ?? defaultEngines(options.peers)),
    rounds: options.rounds,
    say: (what) => console.error(what),
    show: (one, timings) => console.log(`\n${caseTable(one, timings)}`),
  });
  if (results.cases.length === 0) return;
  console.log(`\n${checkTable(results)}`);
  if (options.json) for (const file of await writeResults(results)) console.log(`wrote ${file}`);
}

/** The reference engine is far too slow for networks of this size, and checks all others anyway. */
const defaultEngines = (peers: boolean): string[] =>
  engines
    .filter(({ name, language }) => name !== 'reference' && (peers || language === 'node'))
    .map(({ name }) => name);
