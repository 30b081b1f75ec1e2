import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

const require = createRequire(import.meta.url);

/** The rasteriser may be started once; the font comes along, so that text is the same on every machine. */
let font: Promise<Uint8Array> | undefined;

async function start(): Promise<Uint8Array> {
  await initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  return readFile(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
}

/** Pixels for each of the drawing. */
const PIXELS = 2;

/** Draws a figure of the report as PNG, black on white. */
export async function toPng(svg: string): Promise<Uint8Array> {
  font ??= start();
  // The rasteriser knows no variables of style sheets; the second part of each is its value on paper.
  const plain = svg.replaceAll(/var\(--\w+, ([^)]+)\)/g, '$1');
  const drawing = new Resvg(plain, {
    font: { fontBuffers: [await font], defaultFontFamily: 'DejaVu Sans' },
    fitTo: { mode: 'zoom', value: PIXELS },
    background: '#fff',
  });
  const image = drawing.render();
  const png = image.asPng();
  image.free();
  drawing.free();
  return png;
}
