/** The finding of one check of `doctor`. */
export interface Finding {
  readonly subject: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** The remedy for the problem. */
  readonly remedy?: string;
}

export const good = (subject: string, message: string): Finding => ({ subject, verdict: 'ok', message });
export const doubtful = (subject: string, message: string, remedy: string): Finding => ({
  subject,
  verdict: 'warn',
  message,
  remedy,
});
export const bad = (subject: string, message: string, remedy: string): Finding => ({
  subject,
  verdict: 'fail',
  message,
  remedy,
});
