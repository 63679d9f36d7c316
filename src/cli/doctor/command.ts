/** Checks the command `pipeline` that npx would start here. Other packages have a command of that name too. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { packageName } from '../version.ts';
import { bad, doubtful, good, type Finding } from './finding.ts';

const INSTALL = `npm install ${packageName}, then npx pipeline.`;

/** The nearest `node_modules/.bin/pipeline` counts, as it does for npx. */
export function command(folder: string): Finding {
  for (const above of foldersAbove(folder)) {
    const link = path.join(above, 'node_modules', '.bin', 'pipeline');
    if (existsSync(link)) return examine(link, above);
    if (packageIn(above) === packageName) return good('command', `pipeline is this checkout of ${packageName}`);
  }
  return doubtful('command', `${packageName} is not installed here: npx pipeline would fetch another package`, INSTALL);
}

function examine(link: string, folder: string): Finding {
  const owner = ownerOf(link);
  if (owner === packageName) return good('command', `pipeline is the command of ${packageName}`);
  const shown = path.join('node_modules', '.bin', 'pipeline');
  return bad(
    'command',
    `${shown} in ${folder} is the command of ${owner ?? 'another package'}, not of ${packageName}`,
    `Type npx ${packageName} instead of npx pipeline, or remove the other package: npm uninstall ${owner ?? 'NAME'}.`,
  );
}

/** The package of a link's target. On Windows the link is a script that names its target from `.bin`. */
function ownerOf(link: string): string | undefined {
  const real = realpathSync(link);
  if (!real.split(path.sep).includes('.bin'))
    return foldersAbove(path.dirname(real)).flatMap((folder) => packageIn(folder) ?? [])[0];
  return /\.\.[\\/]((?:@[^\\/]+[\\/])?[^\\/.][^\\/]*)[\\/]/.exec(readFileSync(real, 'utf8'))?.[1]?.replace('\\', '/');
}

function packageIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name?: string }).name;
  } catch {
    return undefined;
  }
}

function foldersAbove(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}
