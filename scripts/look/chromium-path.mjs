/** The path of a Chromium on this machine. */
import { access } from 'node:fs/promises';

export async function chromiumPath() {
  const candidates = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].filter((candidate) => candidate !== undefined);
  for (const candidate of candidates) {
    try {
      await access(candidate);
      return candidate;
    } catch {
      continue;
    }
  }
  throw new Error(
    `No Chromium was found at ${candidates.join(', ')}. Install one (apt-get install chromium) or name one by ` +
      'CHROMIUM.',
  );
}
