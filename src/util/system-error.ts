/** An error of the operating system: the refused call, the file and the reason. */

export type SystemError = Error & {
  readonly code: string;
  readonly syscall: string;
  path?: string;
  readonly dest?: string;
};

export function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'syscall' in error &&
    typeof error.syscall === 'string'
  );
}

/** Calls about an open file do not say which file it was. */
export function naming<E>(file: string, error: E): E {
  if (isSystemError(error)) error.path ??= file;
  return error;
}
