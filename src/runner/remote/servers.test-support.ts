/** Real servers for tests, on 127.0.0.1 and a free port, for the user who starts them: OpenSSH, and an S3 server. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TestServer {
  /** Environment variables with which the command reaches it. */
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  stop(): void;
}

function programOf(name: string, more: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), ...more];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

const sshd = (): string | undefined => programOf('sshd', ['/usr/sbin', '/usr/local/sbin']);
const versitygw = (): string | undefined =>
  process.env.VERSITYGW ?? programOf('versitygw', [path.join(os.homedir(), 'go', 'bin')]);

/** The reason why there is no server with SSH; undefined: there is one. */
export function sshMissing(): string | undefined {
  if (sshd() === undefined || programOf('ssh', []) === undefined) return 'sshd is not installed (openssh-server)';
  return undefined;
}

/** The reason why there is no S3 server; undefined: there is one. */
export function s3Missing(): string | undefined {
  return versitygw() === undefined ? 'versitygw is not on the PATH, and VERSITYGW does not name it' : undefined;
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * An sshd with a key of its own. Host `test` is the server. @param folder absolute, new; `more`: lines of sshd_config;
 * `through`: a port between client and server, such as that of a proxy that does harm
 */
export async function startSsh(
  folder: string,
  { more = '', through }: { readonly more?: string; readonly through?: (port: number) => Promise<number> } = {},
): Promise<TestServer> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = (name: string): string => path.join(folder, name);
  const port = await freePort();
  for (const key of ['host_key', 'client_key'])
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', at(key)]);
  writeFileSync(at('authorized_keys'), readFileSync(at('client_key.pub')), { mode: 0o600 });
  const shown = (await through?.(port)) ?? port;
  const hostKey = readFileSync(at('host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(at('known_hosts'), `[127.0.0.1]:${shown} ${hostKey}\n`);
  writeFileSync(at('sshd_config'), sshdConfig(folder, port, more));
  writeFileSync(at('config'), sshConfig(folder, shown));
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true }); // root's sshd wants it
  const log = openSync(at('sshd.log'), 'a');
  const child = spawn(sshd() ?? 'sshd', ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', log, log] });
  await listening(port, child, at('sshd.log'));
  return { port, env: { PIPELINE_SSH_COMMAND: `ssh -F ${at('config')}` }, stop: () => child.kill('SIGKILL') };
}

/** `ssh -L` through that server to a port of its machine. @param folder the one that it was started with */
export async function startTunnel(folder: string, port: number): Promise<Pick<TestServer, 'port' | 'stop'>> {
  const local = await freePort();
  const words = ['-F', path.join(folder, 'config'), '-N', '-L', `127.0.0.1:${local}:127.0.0.1:${port}`, 'test'];
  const child = spawn('ssh', words, { stdio: 'ignore' });
  await listening(local, child, path.join(folder, 'sshd.log'));
  return { port: local, stop: () => child.kill('SIGKILL') };
}

function sshdConfig(folder: string, port: number, more: string): string {
  const sftp = ['/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server', '/usr/libexec/sftp-server'].find(
    (file) => existsSync(file),
  );
  return `${[
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${folder}/host_key`,
    `PidFile ${folder}/sshd.pid`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'StrictModes no', // the folder may lie below /tmp
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    `Subsystem sftp ${sftp ?? 'internal-sftp'}`,
    more,
  ].join('\n')}\n`;
}

function sshConfig(folder: string, port: number): string {
  const common = [
    'HostName 127.0.0.1',
    `Port ${port}`,
    `User ${os.userInfo().username}`,
    `IdentityFile ${folder}/client_key`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
  ];
  return `${[
    'Host test',
    `  UserKnownHostsFile ${folder}/known_hosts`,
    'Host unknown',
    `  UserKnownHostsFile ${folder}/known_nobody`,
    'Host test unknown',
    ...common.map((line) => `  ${line}`),
  ].join('\n')}\n`;
}

/** A versitygw with a bucket `lab`. Objects are plain files below `<folder>/data/lab`. @param folder absolute, new */
export async function startS3(
  folder: string,
  { through }: { readonly through?: (port: number) => Promise<number> } = {},
): Promise<TestServer> {
  const at = (name: string): string => path.join(folder, name);
  for (const name of ['data/lab', 'sidecar']) mkdirSync(at(name), { recursive: true });
  const port = await freePort();
  const secret = randomBytes(15).toString('hex');
  const shown = (await through?.(port)) ?? port;
  writeFileSync(
    at('credentials'),
    `[lab]\naws_access_key_id = lab\naws_secret_access_key = ${secret}\n[wrong]\naws_access_key_id = lab\naws_secret_access_key = not-the-secret\n`,
  );
  writeFileSync(
    at('config'),
    ['lab', 'wrong']
      .map((name) => `[profile ${name}]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:${shown}\n`)
      .join(''),
  );
  const log = openSync(at('log'), 'a');
  const words = ['--port', `127.0.0.1:${port}`, '--keep-alive', 'posix', '--sidecar', at('sidecar'), at('data')];
  const child = spawn(versitygw() ?? 'versitygw', words, {
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH, ROOT_ACCESS_KEY: 'lab', ROOT_SECRET_KEY: secret },
  });
  await listening(port, child, at('log'));
  const env = { AWS_CONFIG_FILE: at('config'), AWS_SHARED_CREDENTIALS_FILE: at('credentials'), AWS_PROFILE: 'lab' };
  return { port, env, stop: () => child.kill('SIGKILL') };
}

async function listening(port: number, child: ChildProcess, log: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (child.exitCode !== null) break;
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => {
        resolve(false);
      });
    });
    if (isOpen) return;
    await sleep(100);
  }
  throw new Error(`The server does not listen: ${readFileSync(log, 'utf8').slice(-500)}`);
}
