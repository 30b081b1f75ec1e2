import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStateDict } from '@spikewright/import-torch';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { fuzz } from '../../../test/damaged-files.js';
import { fixture } from './fixture.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);

const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** An archive as PyTorch writes it around a pickle. */
const archive = (pickle: string | Uint8Array, more: Record<string, Uint8Array> = {}): Uint8Array =>
  zipSync(
    {
      'archive/data.pkl': typeof pickle === 'string' ? latin(pickle) : pickle,
      'archive/data/0': new Uint8Array(8),
      ...more,
    },
    { level: 0 },
  );

/** `('storage', FloatStorage, '0', 'cpu', 2)` as a persistent id, which makes the storage of two numbers. */
const storage = '(U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0002tQ';
/** A tensor named `a`: storage, offset, sizes, strides. */
const tensor = (view: string): string => `\x80\u0002}U\u0001actorch._utils\n_rebuild_tensor\n(${storage}${view}tRs.`;

describe('readStateDict()', () => {
  test.each(['K\u0000', '\x8a\u0001\u0000'])(
    'reads the tensor that the attacks below are made from',
    async (offset) => {
      expect(await readStateDict(archive(tensor(`${offset}K\u0002\x85K\u0001\x85`)))).toEqual({
        a: { shape: [2], data: Float32Array.of(0, 0) },
      });
    },
  );

  const target = join(tmpdir(), 'spikewright-executed');
  test.each([
    ['a call of os.system', `cos\nsystem\n(U${String.fromCharCode(target.length + 6)}touch ${target}tR.`, 'os.system'],
    ['builtins.eval', 'c__builtin__\neval\n(U\u00011tR.', '__builtin__.eval'],
    ['a name of Object.prototype', 'ctorch\nconstructor\n)R.', 'torch.constructor'],
    ['STACK_GLOBAL with odd names', '](U\u0001ae\x8c\u0006system\x93.', 'an object.system'],
    [
      'tuples that double when they are shown',
      `)${'2\x86'.repeat(60)}U\u0001a\x93.`,
      'an instruction must be one of a state dict',
    ],
    ['names that double when they are shown', `)${'q\u0000h\u0000\x86'.repeat(60)}U\u0001a\x93.`, 'an object.a'],
    ['INST', '(ios\nsystem\n.', 'an instruction must be one of a state dict'],
    ['NEWOBJ', 'ccollections\nOrderedDict\n)\x81.', 'an instruction must be one of a state dict'],
    ['DICT, whose keys could grow without end', '(d.', 'an instruction must be one of a state dict'],
    ['a length below 0, which would go back for ever', 'T\xfb\xff\xff\xff.', 'a pickle must end within the file'],
    ['a call of a number', 'K\u0001)R.', 'its pickle must be sound'],
    ['a whole number of 255 bytes', `\x8a\xff${'\xff'.repeat(255)}.`, 'whole numbers must have at most 6 bytes'],
    ['no end', ')', 'its pickle must be sound'],
    ['a million marks', '('.repeat(1_100_000), 'a pickle must be short'],
    ['a list', ']U\u0001aa.', 'it must hold a state dict: an object'],
    ['no tensors', '}U\u0001aK\u0001s.', 'it must hold a state dict: no tensors found'],
    ['a storage of another kind', '(U\u0006moduletQ.', 'a storage must have a number type, a key and a length'],
    ['a storage of no type', '(U\u0007storageNU\u00010U\u0003cpuK\u0002tQ.', 'a storage must have a number type'],
    ['a storage that is a view', storage.replace('tQ', '(U\u0001vK\u0000K\u0001ttQ.'), 'a storage must be whole'],
    ['a tensor of a list', '}U\u0001actorch._utils\n_rebuild_tensor\n(]K\u0000))tRs.', 'a tensor must have a storage'],
    ['an offset below 0', tensor('J\xff\xff\xff\xffK\u0002\x85K\u0001\x85'), 'a tensor must begin within its storage'],
    ['fewer strides than sizes', tensor('K\u0000K\u0002\x85)'), 'a tensor must have a stride for each'],
    [
      'a tensor beyond its storage',
      tensor('K\u0001K\u0002\x85K\u0001\x85'),
      "tensor 'a' must lie within its storage of 2",
    ],
    [
      'one number as a thousand million',
      tensor(`K\u0000J\x00\xca\x9a\x3b\x85K\u0000\x85`),
      "tensor 'a' must not repeat its storage",
    ],
  ])('refuses a pickle with %s', async (_, pickle, message) => {
    await expect(readStateDict(archive(pickle))).rejects.toThrow(message);
    expect(existsSync(target)).toBe(false);
  });

  test('sets no attributes: BUILD is read as nothing', async () => {
    const good = tensor('K\u0000K\u0002\x85K\u0001\x85');
    const built = good.replace(/s\.$/, 's}U\u0009__proto__}U\u0008pollutedK\u0001ssb.');
    expect(await readStateDict(archive(built))).toEqual(await readStateDict(archive(good)));
    expect('polluted' in {}).toBe(false);
  });

  test('keeps a tensor named __proto__ apart', async () => {
    const named = tensor('K\u0000K\u0002\x85K\u0001\x85').replace('U\u0001a', 'U\u0009__proto__');
    expect(Object.keys(await readStateDict(archive(named)))).toEqual(['__proto__']);
    expect('shape' in {}).toBe(false);
  });

  const fine = latin(tensor('K\u0000K\u0002\x85K\u0001\x85'));
  test.each([
    [
      'a zip bomb',
      zipSync({ 'archive/data.pkl': [fine, { level: 0 }], 'archive/data/0': new Uint8Array(1e8) }),
      'not compressed: archive/data/0',
    ],
    ['no data.pkl', zipSync({ 'archive/version': latin('3') }, { level: 0 }), 'an archive must hold data.pkl'],
    ['big-endian numbers', archive(fine, { 'archive/byteorder': latin('big') }), 'little endian: big'],
    [
      'a storage that is too short',
      archive(fine, { 'archive/data/0': new Uint8Array(7) }),
      "storage '0' must hold 2 numbers of type F32: 7 bytes",
    ],
    ['no end', archive(fine).slice(0, -30), 'it must be a sound zip archive'],
  ])('refuses an archive with %s', async (_, bytes, message) => {
    await expect(readStateDict(bytes)).rejects.toThrow(message);
  });

  test('refuses entries that share their bytes', async () => {
    // Every entry of the directory is made to begin where the first does, and to be as long as the longest.
    const bytes = archive(
      fine,
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`a/${i}`, new Uint8Array(200)])),
    );
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length - 46; at++) {
      if (view.getUint32(at) !== 0x504b0102) continue;
      for (const field of [20, 24]) view.setUint32(at + field, 2000, true);
      view.setUint32(at + 42, 0, true);
    }
    await expect(readStateDict(bytes)).rejects.toThrow('entries must not be longer than the archive');
  });

  test('refuses an old file of another byte order, or without its storages', async () => {
    const bytes = fixture('small-legacy.pth');
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const flag = text.indexOf('little_endian') + 'little_endian'.length + 2;
    expect(bytes[flag]).toBe(0x88); // NEWTRUE
    await expect(readStateDict(bytes.with(flag, 0x89))).rejects.toThrow('little endian');
    await expect(readStateDict(bytes.slice(0, -4))).rejects.toThrow(/storage '.*' must hold/);
  });

  const zips = ['small.pt', 'checkpoint.pt', 'types.pt'].map(fixture);
  test.each<[string, Uint8Array[], (bytes: Uint8Array) => Promise<unknown>]>([
    ['archives', zips, readStateDict],
    [
      'pickles',
      zips.map((zip) => unzipSync(zip)).map((entries) => pickleOf(entries)),
      (bytes) => readStateDict(archive(bytes)),
    ],
    ['old files', ['small-legacy.pth', 'checkpoint-legacy.th', 'types-legacy.pt'].map(fixture), readStateDict],
    ['safetensors', ['small.safetensors', 'types.safetensors'].map(fixture), readStateDict],
  ])(
    'gives a result or a plain error for damaged %s',
    async (_, files, read) => {
      const names = [Object.prototype, Function.prototype, Array.prototype].map((each) => Reflect.ownKeys(each).length);
      const { refused, slowest, memory } = await fuzz(files, RUNS, read);
      expect(refused).toBeGreaterThan(RUNS / 4);
      expect(slowest).toBeLessThan(2000);
      expect(memory).toBeLessThan(512 * 2 ** 20);
      expect(
        [Object.prototype, Function.prototype, Array.prototype].map((each) => Reflect.ownKeys(each).length),
      ).toEqual(names);
    },
    600_000,
  );
});

const pickleOf = (entries: Record<string, Uint8Array>): Uint8Array =>
  Object.entries(entries).find(([name]) => name.endsWith('data.pkl'))![1];
