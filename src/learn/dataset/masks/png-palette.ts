/** The colors of a PNG with a palette: decoders replace entries by colors, but in a mask the entry is the class. */

const COLOR_TYPE = 25;
const INDEXED = 3;
const FIRST_CHUNK = 8;

/**
 * 65536 red + 256 green + blue of each entry; undefined for a file without a palette. PNG specification, section 11.
 */
export function pngPalette(file: Buffer): number[] | undefined {
  if (file.length < 33 || file.toString('latin1', 1, 4) !== 'PNG' || file[COLOR_TYPE] !== INDEXED) return undefined;
  for (let place = FIRST_CHUNK; place + 8 <= file.length;) {
    const length = file.readUInt32BE(place);
    if (file.toString('latin1', place + 4, place + 8) === 'PLTE')
      return Array.from({ length: length / 3 }, (_, entry) => file.readUIntBE(place + 8 + 3 * entry, 3));
    place += 12 + length;
  }
  return undefined;
}
