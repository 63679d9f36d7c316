/** The tensors of a model: flat records under torchvision's names, e.g. `layer1.0.conv1.weight`. */
export type Variables<T> = Readonly<Record<string, T>>;

/** What gradients train, and the running statistics that batch normalization keeps beside it. */
export interface Model<T> {
  readonly params: Variables<T>;
  readonly stats: Variables<T>;
}
