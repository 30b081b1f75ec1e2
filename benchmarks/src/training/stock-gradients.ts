import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Resolution that tfjs-core's ES modules need in Node: they are in a package of CommonJS, and import one another without
 * file endings.
 */
const HOOKS = `
const inCore = (url) => url?.includes('/tfjs-core/dist/') && !url.endsWith('.node.js');
export const resolve = (specifier, context, next) =>
  next(inCore(context.parentURL) && /^\\.[^]*(?<!\\.js)$/.test(specifier) ? specifier + '.js' : specifier, context);
export const load = (url, context, next) => next(url, inCore(url) ? { ...context, format: 'module' } : context);
`;

/** Registers the gradients that tfjs itself has, which Node cannot load by an import. */
export async function registerStockGradients(): Promise<void> {
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);
  const core = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core');
  await import(new URL('./register_all_gradients.js', pathToFileURL(core)).href);
}
