/** Everything that an executor needs to know of an execution; made of an instance, its workplace and its lease. */
export interface Task {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path; output is appended. */
  readonly log: string;
  readonly graceMs: number;
}
