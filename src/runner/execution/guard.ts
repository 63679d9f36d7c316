/**
 * The guard kills the stages when the runner dies in any way. It is a shell that waits for the end of a pipe.
 *
 * The runner sends it the sessions. When the pipe closes without a message, the runner is gone, and the guard kills
 * every process of every session. No orphan keeps a GPU or writes beside the next run. The guard is a shell and not a
 * Node program for three reasons: it costs 1 ms and 1 MB instead of 50 of each, the kernel does not choose it when
 * memory runs out, and a user who kills all processes named `node` does not kill it. One guard serves a whole run. A
 * killed guard is replaced at once by one that gets all sessions at its start. Without that, it would know no session
 * if the runner died in between.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface Guard {
  watch(session: number): void;
  forget(session: number): void;
  close(): void;
}

/** A user who kills more guards does not want one. */
const MOST_REPLACEMENTS = 20;

/** @param tag every process with it in its environment is killed too, in any session */
export function startGuard(tag: string): Guard {
  const sessions = new Set<number>();
  let closed = false;
  let replacements = 0;
  let shell = start();

  function start(): ChildProcessByStdio<Writable, null, null> {
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'guard', tag, ...[...sessions].map(String)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: { PATH: process.env.PATH },
    });
    child.stdin.on('error', () => undefined); // it was killed; `exit` follows
    child.on('error', () => undefined); // without sh no stage starts either, and that is reported
    child.on('exit', () => {
      if (!closed && replacements++ < MOST_REPLACEMENTS) shell = start();
    });
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    return child;
  }

  return {
    watch(session) {
      sessions.add(session);
      shell.stdin.write(`+ ${session}\n`);
    },
    forget(session) {
      sessions.delete(session);
      shell.stdin.write(`- ${session}\n`);
    },
    close() {
      closed = true;
      shell.stdin.end('.\n');
    },
  };
}

/**
 * Processes are looked for by session, because they may have left the group, and by the tag, because they may have left
 * the session. A process that is replacing its program shows no tag for a moment, hence three rounds without a find. On
 * systems without /proc the groups must do.
 */
const SCRIPT = `
tag=$1
shift
sessions=" $* "
while read -r sign session; do
  case $sign in
    +) sessions="$sessions$session " ;;
    -) sessions="\${sessions%%" $session "*} \${sessions#*" $session "}" ;;
    .) exit ;;
  esac
done
for session in $sessions; do kill -9 "-$session"; done
round=0 clean=0
while [ $clean -lt 3 ] && [ $round -lt 50 ]; do
  left=0 round=$((round + 1))
  for stat in /proc/[0-9]*/stat; do
    read -r line < "$stat" || continue
    pid=\${line%% *}
    set -- \${line##*) }
    case "$sessions" in *" $4 "*) [ "$1" = Z ] || { kill -9 "$pid"; left=1; } ;; esac
  done
  for environ in $(grep -lsF -e "$tag" /proc/[0-9]*/environ); do
    pid=\${environ#/proc/}
    kill -9 "\${pid%/environ}" && left=1
  done
  if [ $left = 0 ]; then clean=$((clean + 1)); else clean=0; fi
  sleep 0.1
done
`;
