/** Small images side by side in one PNG, so that a person can look. */
import sharp from 'sharp';

/** RGB bytes `[size, size, 3]`. */
type Tile = Uint8Array;

const GAP = 2;

/** One line of the sheet for each row, tiles enlarged `zoom` times without smoothing, on white. */
export async function contactSheet(
  path: string,
  rows: readonly (readonly Tile[])[],
  { size, zoom = 1 }: { readonly size: number; readonly zoom?: number },
): Promise<void> {
  const step = size * zoom + GAP;
  const width = Math.max(1, ...rows.map((row) => row.length)) * step + GAP;
  const height = Math.max(1, rows.length) * step + GAP;
  const sheet = new Uint8Array(width * height * 3).fill(255);
  rows.forEach((row, j) => {
    row.forEach((tile, i) => {
      if (tile.length !== size * size * 3)
        throw new Error(`Internal error: a tile of ${tile.length} bytes on a sheet of ${size} px tiles.`);
      for (let y = 0; y < size * zoom; y++) {
        for (let x = 0; x < size * zoom; x++) {
          const from = 3 * (Math.floor(y / zoom) * size + Math.floor(x / zoom));
          sheet.set(tile.subarray(from, from + 3), 3 * ((GAP + j * step + y) * width + GAP + i * step + x));
        }
      }
    });
  });
  await sharp(sheet, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
}
