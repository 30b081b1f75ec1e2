/**
 * Refuses a list that names the same twice: its rows could not be told apart.
 *
 * @throws TypeError naming what stands there twice
 */
export function requireDifferent(option: string, names: readonly string[]): void {
  const twin = names.find((name, place) => names.indexOf(name) < place);
  if (twin !== undefined) throw new TypeError(`Cannot read ${option}: its parts must differ: '${twin}' twice`);
}
