/** What the supervisor says on the stage's line to the runner. */
export type SupervisorMessage =
  /** The stage's process group, should the supervisor itself be killed. */
  | { readonly type: 'group'; readonly pid: number }
  | { readonly type: 'exit'; readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly message?: string };
