/**
 * Gives access to Node's own modules without an `import`, over which bundlers for browsers would stumble.
 *
 * @throws ReferenceError outside Node
 */
export function nodeModules(action: string): NodeJS.Process['getBuiltinModule'] {
  const { process } = globalThis;
  if (typeof process?.getBuiltinModule === 'function') return (name: string) => process.getBuiltinModule(name);
  throw new ReferenceError(`Cannot ${action}: files can be read by Node 20.16 or later only: not running in it`);
}
