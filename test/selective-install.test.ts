import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withPnpm } from '../scripts/pnpm.mjs';

/** Packs every package as it would be published and uses each alone, from its tarball, in an empty project. */
const FOLDERS = readdirSync('packages');
const MINUTES = 60_000;
const place = mkdtempSync(join(tmpdir(), 'spikewright-install-'));
const tarballs: Record<string, string> = {};

beforeAll(() => {
  for (const folder of FOLDERS) {
    const destination = join(place, 'tarballs', folder);
    mkdirSync(destination, { recursive: true });
    const { status, stderr } = withPnpm(`pnpm pack --pack-destination ${destination}`, {
      cwd: join('packages', folder),
      stdio: 'pipe',
      encoding: 'utf8',
    });
    expect(status, String(stderr)).toBe(0);
    const [file] = readdirSync(destination);
    tarballs[`@spikewright/${folder}`] = `file:${join(destination, file)}`;
  }
}, 8 * MINUTES);

afterAll(() => rmSync(place, { recursive: true, force: true }));

function run(command: string, cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, { cwd, shell: true, encoding: 'utf8' });
  expect(status, `${command}\n${stdout}\n${stderr}`).toBe(0);
}

const INSTALL = 'npm install --no-audit --no-fund --prefer-offline --loglevel=error';

for (const folder of FOLDERS) {
  test(`@spikewright/${folder} installs as its README says and runs its example`, {
    timeout: 4 * MINUTES,
  }, async () => {
    const project = join(place, folder);
    mkdirSync(project);
    const readme = readFileSync(join('packages', folder, 'README.md'), 'utf8');
    const [, wanted = ''] = readme.match(/^npm install (?:--save-dev )?([^\n]+)$/m) ?? [];
    const [, example = ''] = readme.match(/^```ts\n(.*?)^```/ms) ?? [];
    expect(wanted.split(' ')).toContain(`@spikewright/${folder}`);
    expect(example).toContain('assert');
    // What is not named there may come only as a dependency of what is.
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ name: 'user', type: 'module', ...wants(wanted.split(' ')) }),
    );
    const { code } = await transformWithOxc(example, 'example.ts');
    writeFileSync(join(project, 'example.js'), code);
    run(INSTALL, project);
    run('node example.js', project);
  });
}

/** Dependencies by name, ours from their tarballs, also where another of ours asks for them. */
function wants(names: readonly string[]): { dependencies: Record<string, string>; overrides: Record<string, string> } {
  const ours = names.filter((name) => name in tarballs).map((name) => [name, tarballs[name]]);
  const others = names.filter((name) => !(name in tarballs)).map((name) => name.split(/(?<!^)@/));
  const dependencies = Object.fromEntries([...ours, ...others.map(([name, version = '*']) => [name, version])]);
  const overrides = Object.entries(tarballs).filter(([name]) => !names.includes(name));
  return { dependencies, overrides: Object.fromEntries(overrides) };
}

test('a plugin from outside builds against the packed packages and passes their checks', {
  timeout: 4 * MINUTES,
}, () => {
  const project = join(place, 'third-party-plugin');
  cpSync('examples/third-party-plugin', project, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const { '@spikewright/snn-core': core, '@spikewright/testkit': testkit } = tarballs;
  Object.assign(manifest.devDependencies, { '@spikewright/snn-core': core, '@spikewright/testkit': testkit });
  manifest.peerDependencies['@spikewright/snn-core'] = core;
  manifest.overrides = { '@spikewright/snn-core': '$@spikewright/snn-core' };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  run(INSTALL, project);
  run('npm run build', project);
  run('npm test', project);
});
