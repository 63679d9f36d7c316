/** The tensors of a model: flat records under torchvision's names, e.g. `layer1.0.conv1.weight`. */
export type Variables<T> = Readonly<Record<string, T>>;

/** The trained parameters, and the running statistics of batch normalization. */
export interface Model<T> {
  readonly params: Variables<T>;
  readonly stats: Variables<T>;
}
