/** The exit codes of the command. They are documented in docs/commands.md and part of the contract. */
export const exitCode = {
  done: 0,
  stageFailed: 1,
  wrongUsage: 2,
  gateFailed: 3,
  storeDamaged: 4,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
