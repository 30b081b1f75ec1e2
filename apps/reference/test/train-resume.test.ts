import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { trainCommand } from '../src/train/command.js';
import { checkpointOf, trainNetwork } from '../src/train/train-network.js';
import { writeDigits } from './idx-files.js';

const folder = mkdtempSync(join(tmpdir(), 'spikewright-resume-'));
const data = join(folder, 'data');
const file = (name: string): string => join(folder, name);
beforeAll(() => writeDigits(data, 240, 50));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** 192 of 240 images are trained on: 3 steps an epoch. */
const CHOICE = { dataSet: 'mnist', activation: 'qcfs', levels: 4, epochs: 9, seed: 3, validation: 0.2, data } as const;
const WORDS = `mnist --activation qcfs --levels 4 --epochs 9 --seed 3 --validation 0.2`;

/** What the command prints on standard output and standard error. */
function listen(): { readonly out: () => string; readonly err: () => string } {
  const out = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const note = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const text = (...spies: (typeof out | typeof err)[]): string =>
    spies.flatMap(({ mock }) => mock.calls.map(([line]) => String(line))).join('\n');
  return { out: () => text(out), err: () => text(note, err) };
}

const linesOf = (log: string): Record<string, unknown>[] =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Runs the command in a process of its own, and kills it as soon as it has reported an epoch. */
function killedAfter(epoch: number, out: string, ...more: string[]): Promise<NodeJS.Signals | null> {
  const words = ['apps/reference/dist/cli.js', 'train', ...WORDS.split(' '), '--checkpoint-every', '1'];
  const child = spawn(process.execPath, [...words, '--data', data, '--out', out, ...more]);
  let told = '';
  child.stderr.on('data', (text) => {
    told += text;
    if (told.includes(`epoch ${epoch} of 9: `)) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
}

test('spikewright train goes on after kill -9, twice, to the same file, log and plot', async () => {
  const heard = listen();
  await trainCommand({ ...CHOICE, out: file('whole.safetensors') });
  expect(heard.err()).toMatch(/epoch 1 of 9: loss \d\.\d{4}, accuracy \d+\.\d\d %; held-out: loss \d.*, 0:\d\d left\n/);
  expect(heard.out()).toMatch(
    /whole.safetensors: \d+\.\d\d % on 50 test images\nBeside it: .*whole.jsonl, .*svg, .*png/,
  );

  const out = file('killed.safetensors');
  expect(await killedAfter(2, out)).toBe('SIGKILL');
  const log = file('killed.jsonl');
  appendFileSync(log, '{"kind":"epoch","epo'); // cut off
  expect(await killedAfter(5, out, '--resume')).toBe('SIGKILL');
  expect([existsSync(out), existsSync(checkpointOf(out))]).toEqual([false, true]);
  // An epoch that the log knows and the checkpoint does not: the process was killed between the two.
  appendFileSync(log, '{"kind":"epoch","epoch":9,"loss":-1}\n');
  await trainCommand({ ...CHOICE, out, checkpointEvery: 2, resume: true });

  expect(readFileSync(out).equals(readFileSync(file('whole.safetensors')))).toBe(true);
  const [whole, killed] = ['whole.jsonl', 'killed.jsonl'].map((name) => linesOf(file(name)));
  expect(killed.map(({ kind, epoch }) => (kind === 'epoch' ? epoch : kind))).toEqual([
    'training',
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    'test',
  ]);
  const withoutTimes = (lines: typeof whole) => lines.map(({ seconds: _, ...line }) => line);
  expect(withoutTimes(killed)).toEqual(withoutTimes(whole));
  expect(whole[0]).toMatchObject({
    command: `pnpm train ${WORDS}`,
    dataSet: 'MNIST',
    images: 240,
    network: 'mnist-qcfs4',
    options: { batchSize: 64, learningRate: 0.003, validation: 0.2, epochs: 9 },
    seed: 3,
    versions: { tfjs: '4.22.0', node: process.versions.node },
  });
  expect(whole[9]).toMatchObject({ validation: { loss: expect.any(Number) }, learningRate: expect.any(Number) });
  for (const { seconds } of whole.slice(1, 10)) expect(seconds).toBeGreaterThan(0);
  expect(whole[10]).toMatchObject({ kind: 'test', images: 50, epoch: 9 });
  for (const ending of ['svg', 'png']) {
    const [one, other] = ['whole', 'killed'].map((name) => readFileSync(file(`${name}.${ending}`)));
    expect(one.equals(other)).toBe(true);
  }
  // Nothing else is left: no draft, no checkpoint.
  expect(
    readdirSync(folder)
      .filter((name) => name.startsWith('killed'))
      .sort(),
  ).toEqual(['jsonl', 'png', 'safetensors', 'svg'].map((ending) => `killed.${ending}`));
});

test('spikewright train ends after Ctrl-C with all that is needed to go on', async () => {
  const out = file("it's.safetensors");
  const heard = listen();
  const told = { ...CHOICE, images: 200, rcs: 0.002, workers: 1, patience: 3, checkpointEvery: 7, out };
  const started = trainCommand(told);
  await vi.waitFor(() => expect(heard.err()).toContain('epoch 1 of 9: '), { timeout: 20_000, interval: 1 });
  process.emit('SIGINT');
  await started;
  expect(existsSync(checkpointOf(out))).toBe(true);
  expect(process.exitCode).toBe(130);
  expect(heard.out()).toContain(
    `npm run train -- mnist --images 200 --activation qcfs --levels 4 --rcs 0.002 --epochs 9 --seed 3 --validation 0.2 --patience 3 --checkpoint-every 7 --data ${data} --out '${out.replace("'", "'\\''")}' --resume`,
  );
});

test('spikewright train shares batches out among workers that have the same regularizer', () => {
  const words = [...WORDS.replace('--epochs 9', '--epochs 1').split(' '), '--workers', '2', '--rcs', '0.002'];
  const out = file('shared.safetensors');
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['apps/reference/dist/cli.js', 'train', ...words, '--data', data, '--out', out],
    { encoding: 'utf8' },
  );
  expect(stderr).toMatch(/^training ...\nepoch 1 of 1: .*\n$/);
  expect(stdout).toContain('% on 50 test images');
  expect(status).toBe(0);
  expect(linesOf(file('shared.jsonl'))[0]).toMatchObject({
    command:
      'pnpm train mnist --activation qcfs --levels 4 --rcs 0.002 --epochs 1 --seed 3 --validation 0.2 --workers 2',
    options: { workers: 2, rcs: 0.002 },
  });
});

test('spikewright train does not speak of a checkpoint where no step was taken', async () => {
  const heard = listen();
  const started = trainCommand({ ...CHOICE, out: file('none.safetensors') });
  process.emit('SIGTERM');
  await started;
  expect([process.exitCode, heard.out()]).toEqual([130, 'Stopped; no step was taken.']);
});

/** Trains some epochs, and keeps the checkpoint. */
async function trainedFor(epochs: number, out: string): Promise<Buffer> {
  const abort = new AbortController();
  const onEpoch = ({ epoch }: { epoch: number }): void => (epoch === epochs ? abort.abort() : undefined);
  const { finished, files } = await trainNetwork({ ...CHOICE, out, signal: abort.signal, progress: { onEpoch } });
  expect(finished).toBe(false);
  expect(files.filter((path) => !existsSync(path))).toEqual([]);
  return readFileSync(checkpointOf(out));
}

test.skipIf(!existsSync('/dev/full'))('a full disk keeps the last checkpoint, and says which file it was', async () => {
  const out = file('full.safetensors');
  const checkpoint = await trainedFor(2, out);
  symlinkSync('/dev/full', `${checkpointOf(out)}.part`);
  const heard = listen();
  await expect(trainCommand({ ...CHOICE, out, checkpointEvery: 2, resume: true })).rejects.toThrow(
    `Cannot train on: the checkpoint of step 8 must be kept: Cannot write ${checkpointOf(out)}: ENOSPC: no space left on device, write`,
  );
  expect(readFileSync(checkpointOf(out)).equals(checkpoint)).toBe(true);
  expect(heard.err()).toContain(
    `The last checkpoint is kept: ${checkpointOf(out)}. Go on with:\nnpm run train -- mnist`,
  );
  // With room again it goes on.
  await trainCommand({ ...CHOICE, out, resume: true });
  expect(linesOf(file('full.jsonl'))).toHaveLength(11);
});

test('trainNetwork() refuses a folder that cannot be written before it trains', async () => {
  await trainedFor(1, file('first.safetensors'));
  const out = join(file('first.jsonl'), 'within.safetensors');
  const onEpoch = vi.fn();
  await expect(trainNetwork({ ...CHOICE, out, progress: { onEpoch } })).rejects.toThrow(
    /^Cannot write .*first.jsonl.within.jsonl: E(EXIST|NOTDIR): /,
  );
  expect(onEpoch).not.toHaveBeenCalled();
});

test('trainNetwork() refuses to go on from nothing, from another training, and with a log that is none', async () => {
  const out = file('refused.safetensors');
  const again = { ...CHOICE, out, resume: true };
  await expect(trainNetwork(again)).rejects.toThrow(
    new ReferenceError(`Cannot resume training: the checkpoint must exist and be readable: ${checkpointOf(out)}`),
  );
  await trainedFor(1, out);
  const log = readFileSync(file('refused.jsonl'), 'utf8');
  await expect(trainNetwork({ ...again, epochs: 10 })).rejects.toThrow(/it must have the same options/);
  await expect(trainNetwork({ ...again, images: 200 })).rejects.toThrow(/it must have the same samples, 200: 240/);
  expect(readFileSync(file('refused.jsonl'), 'utf8')).toBe(log);
  appendFileSync(file('refused.jsonl'), 'no JSON\n');
  await expect(trainNetwork(again)).rejects.toThrow(
    new TypeError(
      `Cannot go on with the log: line 3 must be JSON (move the file away to begin another): ${file('refused.jsonl')}`,
    ),
  );
});

test('trainNetwork() takes the best epoch where there is patience', async () => {
  const out = file('patient.safetensors');
  const { files } = await trainNetwork({ ...CHOICE, images: 200, epochs: 4, patience: 1, out });
  const lines = linesOf(files[0]);
  const { epoch } = lines[lines.length - 1];
  const heldOut = lines.flatMap(({ validation }) => (validation ? [validation as { accuracy: number }] : []));
  const best = Math.max(...heldOut.map(({ accuracy }) => accuracy));
  expect(heldOut[Number(epoch) - 1].accuracy).toBe(best);
  const source = readFileSync(out, 'utf8');
  expect(source).toContain(`epoch ${epoch} of ${heldOut.length}, best on held-out images`);
  expect(source).toContain('MNIST, 200 of 240 training images (from a folder)');
});

test('trainNetwork() names what is wrong with data, and a loss that is lost', async () => {
  const run = (changes: object) => trainNetwork({ ...CHOICE, out: file('wrong.safetensors'), ...changes });
  const wrong = file('wrong-data');
  writeDigits(wrong, 70, 0);
  await expect(run({ data: wrong })).rejects.toThrow('Cannot train: there must be images: none in mnist-test');
  writeDigits(wrong, 0, 10);
  await expect(run({ data: wrong })).rejects.toThrow('Cannot train: there must be images: none in mnist-train');
  writeDigits(wrong, 64, 10, (place) => (place === 5 ? 10 : 0));
  await expect(run({ data: wrong })).rejects.toThrow(/label 5 must be from 0 to 9: 10$/);
  await expect(run({ images: 50 })).rejects.toThrow(/at least one batch of 64 samples: 40$/);
  await expect(run({ images: 241 })).rejects.toThrow(/count must be at most 240: 241$/);
  await expect(run({ rcs: 1e300 })).rejects.toThrow(/the loss must stay finite .*: Infinity in step 1$/);
  await expect(run({ patience: 2, validation: 0 })).rejects.toThrow(/patience needs a held-out share/);
});
