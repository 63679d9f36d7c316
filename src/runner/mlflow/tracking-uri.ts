/** The address of an MLflow server, or of a database in a file, as a user names it. */
import path from 'node:path';
import { err, ok, type Result } from '../../util/result.ts';

export type TrackingUri =
  /** Without a slash at its end. */
  | { readonly kind: 'server'; readonly url: string }
  /** Absolute path of the database. */
  | { readonly kind: 'sqlite'; readonly file: string };

const ALLOWED = 'expected http://HOST:PORT, https://HOST or sqlite:///FILE';

/**
 * The error never repeats an address that may hold a secret.
 * @param folder relative files begin here
 */
export function parseTrackingUri(text: string, folder: string): Result<TrackingUri, string> {
  const file = /^sqlite:\/\/\/(.+)$/.exec(text)?.[1];
  if (file !== undefined) return ok({ kind: 'sqlite', file: path.resolve(folder, file) });
  if (!URL.canParse(text)) return err(`${ALLOWED}, got ${JSON.stringify(text)}`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return err(`${ALLOWED}, got ${url.protocol}...`);
  if (url.username !== '' || url.password !== '')
    return err('it holds a secret, which would be seen by others; set MLFLOW_TRACKING_USERNAME and _PASSWORD instead');
  if (url.search !== '' || url.hash !== '') return err(`${ALLOWED}, and this one goes on behind its path`);
  return ok({ kind: 'server', url: `${url.origin}${url.pathname}`.replace(/\/+$/, '') });
}
