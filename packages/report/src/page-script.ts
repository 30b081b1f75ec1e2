/** What the buttons of the page do: they save figures as SVG or PNG, black on white, and tables as text. */
export const PAGE_SCRIPT = `
'use strict';
const PIXELS = 3; // of a PNG, for each of the figure
const save = (name, blob) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const svgBlob = (figure) => {
  const svg = figure.querySelector('svg').cloneNode(true);
  svg.style.color = '#000';
  svg.style.background = '#fff';
  svg.style.setProperty('--paper', '#fff');
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' });
};
const pngBlob = async (figure) => {
  const image = new Image();
  const address = URL.createObjectURL(svgBlob(figure));
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * PIXELS;
  canvas.height = image.height * PIXELS;
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
};
document.addEventListener('click', async ({ target }) => {
  const ending = target.dataset.save;
  if (!ending) return;
  const block = target.closest('[data-name]');
  const name = block.dataset.name + '.' + ending;
  if (ending === 'svg') save(name, svgBlob(block));
  else if (ending === 'png') save(name, await pngBlob(block));
  else save(name, new Blob([target.parentElement.querySelector('pre').textContent], { type: 'text/plain' }));
});
`;
