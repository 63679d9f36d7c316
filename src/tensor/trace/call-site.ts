/** Finds the place in the caller's code in a stack trace. */

const FRAME = /^\s+at (?:(?:async )?(?<name>\S+).*? \()?(?<file>(?:file:\/\/)?\/?.*?):(?<line>\d+):\d+\)?$/;

/** Deep enough to leave tfjs, which calls itself a dozen times for one operation. */
const DEPTH = 60;

/**
 * The folder of the engine as stack traces write it. The engine itself is never the place. With source maps, this is
 * not the folder of its bundle.
 */
const OWN = framesOf(callStack())[0]!.path.split('/').slice(0, -2).join('/');

/** The calls that led here. */
export function callStack(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = before;
  return stack;
}

/** For example ` at src/learn/nn/forward.ts:12`; empty if the stack does not show it. */
export function callSiteOf(stack: string): string {
  const place = framesOf(stack).find(({ path }) => {
    const isTest = /\.test\.tsx?$/.test(path);
    return (
      !path.startsWith('node:') &&
      !path.includes('/node_modules/') &&
      !path.includes('/tfjs-core/src/') &&
      (!path.startsWith(`${OWN}/`) || isTest)
    );
  });
  return place === undefined ? '' : ` at ${place.path.replace(`${process.cwd()}/`, '')}:${place.line}`;
}

function framesOf(stack: string): { path: string; line: string }[] {
  return stack
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const frame = FRAME.exec(line)?.groups;
      return frame === undefined ? [] : [{ path: frame.file!.replace(/^file:\/\//, ''), line: frame.line! }];
    });
}

/** The tfjs operation on the stack, for example `tf.unique`: tfjs names its functions `unique_`. */
export function operationName(stack: string): string | undefined {
  const name = /\bat (?:Object\.)?(\w+)_ \(/.exec(stack)?.[1];
  return name === undefined ? undefined : `tf.${name}`;
}

/**
 * The name of tfjs's function for the innermost operation on the stack, for example `randomUniform`. Reads no source
 * maps and writes no text, so that it can be asked for every constant.
 */
export function innermostOperation(): string | undefined {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const { stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFunctionName());
    Error.captureStackTrace(holder, innermostOperation);
    const names = holder.stack as readonly (string | null)[];
    return names.find((name) => name?.endsWith('_'))?.slice(0, -1);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (before) Object.defineProperty(Error, 'prepareStackTrace', before);
    else Reflect.deleteProperty(Error, 'prepareStackTrace');
  }
}
