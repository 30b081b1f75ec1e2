import type { DescMessage } from '@bufbuild/protobuf';
import type { BinaryReader } from '@bufbuild/protobuf/wire';

/** A network of a thousand layers has some twenty thousand parts. */
const MOST_PARTS = 2 ** 18;
const DEEPEST = 32;
const LENGTH_DELIMITED = 2;
/** The scalar types of protobuf begin with double and float; packed integers may take 32 times their bytes. */
const FLOAT = 2;

/**
 * Counts the parts of a protobuf file before it is decoded: two bytes can make an object of some hundred.
 *
 * @throws RangeError if there are too many, or they are nested too deeply
 */
export function countMessages(schema: DescMessage, reader: BinaryReader): void {
  let parts = 0;
  const count = (cost: number): void => {
    parts += cost;
    if (parts > MOST_PARTS) throw new RangeError(`it must have at most ${MOST_PARTS} parts`);
  };
  const walk = (message: DescMessage, end: number, depth: number): void => {
    if (depth > DEEPEST) throw new RangeError(`its parts must be nested at most ${DEEPEST} deep`);
    const fields = new Map(message.fields.map((field) => [field.number, field]));
    while (reader.pos < end) {
      const [number, type] = reader.tag();
      const field = fields.get(number);
      count(1);
      if (type !== LENGTH_DELIMITED) {
        reader.skip(type, number);
        continue;
      }
      const stop = reader.uint32() + reader.pos;
      if (stop > end) throw new RangeError('a part must not reach beyond its whole');
      if (field?.message) walk(field.message, stop, depth + 1);
      else if (field?.fieldKind === 'list')
        count((stop - reader.pos) / (field.scalar && field.scalar <= FLOAT ? 256 : 16));
      reader.pos = stop;
    }
  };
  walk(schema, reader.len, 0);
}
