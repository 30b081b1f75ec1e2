// What the commands for network files share: what a file is called after, and where they say what they found.
import { appendFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { dataSets } from '@spikewright/reference/data-sets';

/** `FOLDER/mnist-qcfs4-rcs-seed2.safetensors` is `mnist-qcfs4-rcs`, seed 2. */
export function nameOf(file) {
  const [network, seed = '-'] = basename(file, '.safetensors').split('-seed');
  return { network, seed };
}

/** The data set whose name the file's begins with. */
export function dataSetOf(file) {
  const name = basename(file);
  const found = Object.keys(dataSets).findLast((key) => name.startsWith(key));
  if (!found) throw new ReferenceError(`Cannot measure: the name must begin with a data set's: ${name}`);
  return dataSets[found];
}

/** Begins a file of JSON lines, and gives what adds one; nothing is written without a path. */
export function openLog(path) {
  if (path === undefined) return () => undefined;
  writeFileSync(path, '');
  return (line) => appendFileSync(path, `${JSON.stringify(line)}\n`);
}
