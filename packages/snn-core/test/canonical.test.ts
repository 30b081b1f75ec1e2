import { canonicalJson, sha256 } from '@spikewright/snn-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('canonicalJson sorts keys at every depth and writes no spaces', () => {
  expect(canonicalJson({ b: [2, { d: null, c: 'x' }], a: 1 })).toBe('{"a":1,"b":[2,{"c":"x","d":null}]}');
});

test('canonicalJson gives one text for one value, whatever the key order, and keeps the value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('canonicalJson refuses %d', (value) => {
  expect(() => canonicalJson({ deep: [value] })).toThrow(
    new TypeError(`Cannot write JSON: numbers must be finite: ${value} at '0'`),
  );
});

// The vectors of FIPS 180-4.
test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('sha256 of %j is the published one', async (text, digest) => {
  expect(await sha256(text)).toBe(digest);
  expect(await sha256(new TextEncoder().encode(text))).toBe(digest);
});
