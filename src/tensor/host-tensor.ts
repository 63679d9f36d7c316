/** A tensor as plain bytes in memory. Files hold such tensors; steps take and return them. */

export type DType = 'float32' | 'int32' | 'bool' | 'uint8';

export interface DataTypes {
  float32: Float32Array;
  int32: Int32Array;
  bool: Uint8Array;
  uint8: Uint8Array;
}

export interface HostTensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** Row-major; length is the product of `shape`. */
  readonly data: DataTypes[D];
}

export interface TensorSpec<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
}

/** A record of leaves, nested at will. Keys may contain dots: `layer1.0.conv1.weight` is one key. */
export type Tree<Leaf> = Leaf | { readonly [key: string]: Tree<Leaf> };

/** The same tree with other leaves. */
export type Replaced<T, From, To> = T extends From ? To : { readonly [K in keyof T]: Replaced<T[K], From, To> };

export const float32 = (shape: readonly number[]): TensorSpec<'float32'> => ({ dtype: 'float32', shape });
export const int32 = (shape: readonly number[]): TensorSpec<'int32'> => ({ dtype: 'int32', shape });
export const uint8 = (shape: readonly number[]): TensorSpec<'uint8'> => ({ dtype: 'uint8', shape });

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
