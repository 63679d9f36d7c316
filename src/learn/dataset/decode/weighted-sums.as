// AssemblyScript, compiled by scripts/compile-sums.mjs: the vector instructions that JavaScript lacks make smaller-square.ts
// five times faster. Every function writes weighted sums of RGB bytes.
//
// Weights are 16-bit numbers of 14 binary digits after the point, `taps` of them (an even number; unused ones are 0) for each
// row or column of the result, whose first input is given by a 32-bit number in `firsts`. Two inputs are multiplied at a time,
// and whole registers are read and written: `taps` rows or pixels and 8 bytes after the last must be there to read, and 8 bytes
// after each line to write.

const DIGITS = 14;
const HALF = 1 << (DIGITS - 1);

/** `rows` lines of `bytes` bytes each, from lines that lie `stride` apart. The result's lines lie `toStride` apart. */
export function lower(from: usize, stride: usize, bytes: usize, firsts: usize, weights: usize, taps: usize, rows: usize, to: usize, toStride: usize): void {
  for (let y: usize = 0; y < rows; y++) {
    const line = from + stride * <usize>load<u32>(firsts + 4 * y);
    for (let x: usize = 0; x < bytes; x += 8) {
      let low = i32x4.splat(HALF);
      let high = low;
      let at = line + x;
      let weight = weights + 2 * taps * y;
      for (let tap: usize = 0; tap < taps; tap += 2) {
        const pair = v128.load32_splat(weight);
        const both = v128.shuffle<u8>(v128.load64_zero(at), v128.load64_zero(at + stride), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        low = i32x4.add(low, i32x4.dot_i16x8_s(v128.extend_low<u8>(both), pair));
        high = i32x4.add(high, i32x4.dot_i16x8_s(v128.extend_high<u8>(both), pair));
        at += 2 * stride;
        weight += 4;
      }
      const words = i16x8.narrow_i32x4_s(i32x4.shr_s(low, DIGITS), i32x4.shr_s(high, DIGITS));
      v128.store64_lane(to + toStride * y + x, i8x16.narrow_i16x8_u(words, words), 0);
    }
  }
}

/** `rows` lines of `columns` pixels each, without gaps, from lines that lie `stride` apart. */
export function narrow(from: usize, stride: usize, rows: usize, firsts: usize, weights: usize, taps: usize, columns: usize, to: usize): void {
  for (let y: usize = 0; y < rows; y++) {
    for (let x: usize = 0; x < columns; x++) {
      let sum = i32x4.splat(HALF);
      let at = from + stride * y + 3 * <usize>load<u32>(firsts + 4 * x);
      let weight = weights + 2 * taps * x;
      for (let tap: usize = 0; tap < taps; tap += 2) {
        const pixels = v128.load64_zero(at);
        const both = v128.shuffle<u8>(pixels, pixels, 0, 3, 1, 4, 2, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0);
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.extend_low<u8>(both), v128.load32_splat(weight)));
        at += 6;
        weight += 4;
      }
      const words = i16x8.narrow_i32x4_s(i32x4.shr_s(sum, DIGITS), i32x4.splat(0));
      v128.store32_lane(to + 3 * (columns * y + x), i8x16.narrow_i16x8_u(words, words), 0);
    }
  }
}
