import { InvalidArgumentError } from 'commander';

/** Reads names parted by commas. */
export const names = (text: string): string[] => text.split(',');

/** Reads rates parted by commas. */
export function rates(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => value > 0 && value < 1)) return values;
  throw new InvalidArgumentError('It must be a list of numbers between 0 and 1.');
}

/** Reads whole numbers parted by commas. */
export const wholeNumbers = (text: string): number[] => text.split(',').map(wholeNumber);

/** Reads a whole number above 0. */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
}
