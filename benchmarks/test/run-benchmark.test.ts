import { expect, test } from 'vitest';
import { casesOf, describe } from '../src/engine/cases.js';
import { runBenchmark } from '../src/engine/run-benchmark.js';

test('runBenchmark() that is stopped gives the cases that are done, and begins no other', async () => {
  const abort = new AbortController();
  const cases = casesOf('mnist', { rates: [0.1], steps: [4, 8, 16], batches: [1], threads: [1] });
  expect(cases).toHaveLength(3);
  const said: string[] = [];
  // Without engines a case is done at once.
  const plan = { cases, engines: [], rounds: 1, say: (what: string) => said.push(what), signal: abort.signal };
  const results = await runBenchmark({ ...plan, show: (one) => (one === cases[1] ? abort.abort() : undefined) });
  expect(results.cases.map((done) => done.case)).toEqual(cases.slice(0, 2));
  expect(results.skipped).toEqual([]);
  expect(said).toEqual(cases.slice(0, 2).map((one) => `${describe(one)}: timing`));
});
