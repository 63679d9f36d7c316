/** Elements and entries that exist by construction. A missing one is a bug. */

/** The element at an index. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`Internal error: there is no element ${index} in a list of ${list.length}.`);
  return value;
}

/** The last element of a list that is not empty. */
export function last<T>(list: ArrayLike<T>): T {
  return at(list, list.length - 1);
}

/** The value of a key. */
export function entry<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`Internal error: there is no entry ${String(key)}.`);
  return value;
}

/** The field of a record. */
export function field<V>(record: Readonly<Record<string, V>>, name: string): V {
  const value = record[name];
  if (value === undefined) throw new Error(`Internal error: there is no field ${name}.`);
  return value;
}

/** A value that is there: `what` names it in the message of the bug. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`Internal error: there is no ${what}.`);
  return value;
}
