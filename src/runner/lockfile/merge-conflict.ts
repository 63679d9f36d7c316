/** Splits a file that git could not merge into its two sides. */

/** Undefined: the text holds no conflict, or one that is cut short. */
export function conflictSides(text: string): readonly [ours: string, theirs: string] | undefined {
  const [ours, theirs]: [string[], string[]] = [[], []];
  let part: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  let conflicts = 0;
  for (const line of text.split('\n')) {
    const mark = /^(<{7}|\|{7}|={7}|>{7})(?: |\r?$)/.exec(line)?.[1]?.[0];
    if (mark === '<' && part === 'both') [part, conflicts] = ['ours', conflicts + 1];
    else if (mark === '|' && part === 'ours')
      part = 'base'; // the common ancestor, if git is set to show it
    else if (mark === '=' && (part === 'ours' || part === 'base')) part = 'theirs';
    else if (mark === '>' && part === 'theirs') part = 'both';
    else if (mark !== undefined) return undefined;
    else {
      if (part === 'both' || part === 'ours') ours.push(line);
      if (part === 'both' || part === 'theirs') theirs.push(line);
    }
  }
  return conflicts > 0 && part === 'both' ? [ours.join('\n'), theirs.join('\n')] : undefined;
}
