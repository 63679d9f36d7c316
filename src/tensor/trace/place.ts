/** Where in the caller's code something happened, from a stack trace. */

const FRAME = /^\s+at (?:(?:async )?(?<name>\S+).*? \()?(?<file>(?:file:\/\/)?\/?.*?):(?<line>\d+):\d+\)?$/;

/** This folder's parent: the engine itself is never the place. */
const OWN = new URL('..', import.meta.url).pathname;

/** Deep enough to leave tfjs, which calls itself a dozen times for one operation. */
const DEPTH = 60;

/** The calls that led here. */
export function callStack(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = before;
  return stack;
}

/** For example ` at src/learn/nn/forward.ts:12`; empty when the stack does not tell. */
export function placeOf(stack: string): string {
  for (const line of stack.split('\n').slice(1)) {
    const frame = FRAME.exec(line)?.groups;
    if (frame === undefined) continue;
    const path = frame.file!.replace(/^file:\/\//, '');
    const isTest = /\.test\.tsx?$/.test(path);
    if (path.startsWith('node:') || path.includes('/node_modules/') || (path.startsWith(OWN) && !isTest)) continue;
    return ` at ${path.replace(`${process.cwd()}/`, '')}:${frame.line!}`;
  }
  return '';
}

/** The tfjs operation on the stack, for example `tf.unique`: tfjs names its functions `unique_`. */
export function operationOf(stack: string): string | undefined {
  const name = /\bat (?:Object\.)?(\w+)_ \(/.exec(stack)?.[1];
  return name === undefined ? undefined : `tf.${name}`;
}
