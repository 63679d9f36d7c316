/** Explains common causes of a failure from the exit code of a command and the end of its log. */
import type { Instance } from '../pipeline.ts';
import { envEntry, missedVariables } from './held-back.ts';

/** A shell's code for a program that was ended by SIGPIPE. */
const SIGPIPE = 128 + 13;

/** Undefined: nothing more can be said. @param log its last lines */
export function explainExit(
  code: number,
  log: string,
  instance: Pick<Instance, 'env' | 'secrets'>,
  outer: NodeJS.ProcessEnv,
): string | undefined {
  const said = CAUSES.find(({ codes, sign }) => (codes?.includes(code) ?? true) && sign.test(log))?.text;
  if (said !== undefined) return said;
  const unset = /(?:^|[\s:])([A-Za-z_]\w*): (?:unbound variable|parameter not set)/.exec(log)?.[1];
  if (unset !== undefined) return unsetText(unset, outer);
  const missed = missedVariables(instance, log, outer);
  if (missed.length === 0) return undefined;
  const [are, them] = missed.length === 1 ? ['is', 'it'] : ['are', 'them'];
  return (
    `${missed.join(', ')} ${are} set in your shell and ${are === 'is' ? 'does' : 'do'} not reach the stage; ` +
    `${envEntry(missed)} in the stage passes ${them}`
  );
}

const unsetText = (name: string, outer: NodeJS.ProcessEnv): string =>
  outer[name] === undefined
    ? `the variable ${name} is not set`
    : `the variable ${name} does not reach the stage, though it is set in your shell; ${envEntry([name])} in the ` +
      'stage passes it';

const CAUSES: readonly { readonly codes?: readonly number[]; readonly sign: RegExp; readonly text: string }[] = [
  {
    codes: [SIGPIPE],
    sign: /^/,
    text:
      'a program in a pipe was ended because the next one stopped reading (SIGPIPE), and that counts as a failure; ' +
      'write `|| true` behind that program, or `set +o pipefail` before the pipe',
  },
  {
    codes: [126],
    sign: /Argument list too long/i,
    text:
      "a program was called with more arguments than the system takes; a loop or xargs takes them: printf '%s\\0' " +
      '${inputs.x} | xargs -0 PROGRAM',
  },
  {
    codes: [127],
    sign: /(source|\[\[|shopt|declare|typeset|mapfile|readarray|pushd|popd|let): (command )?not found/,
    text: 'the shell of the stage does not know this word of bash; "shell": "bash" in the stage lets bash run it',
  },
  {
    sign: /conda init/,
    text:
      'conda is not set up in a shell that reads no start-up files; write `conda run -n NAME PROGRAM`, or `. ' +
      '"$(conda info --base)/etc/profile.d/conda.sh"` before `conda activate NAME`',
  },
  {
    sign: /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/,
    text: 'a disk is full or a quota is used up, says its log',
  },
];
