import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FolderStorage } from './folder-storage.ts';
import { RemoteError } from './remote-error.ts';
import { s3Missing, sshMissing, startS3, startSsh, type TestServer } from './servers.test-support.ts';
import { S3Storage } from './s3-storage.ts';
import { SshStorage } from './ssh-storage.ts';
import { storageContract } from './storage.contract.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'storage-test-'));
const servers: TestServer[] = [];
afterAll(() => {
  for (const server of servers) server.stop();
  rmSync(root, { recursive: true, force: true });
});

describe('a shared folder', () => {
  const folder = path.join(root, 'share');
  mkdirSync(folder);
  storageContract(() => FolderStorage.open(folder));

  test('a folder that is not there is no remote', async () => {
    await expect(FolderStorage.open(path.join(root, 'unmounted'))).rejects.toThrow(RemoteError);
  });
});

const noSsh = sshMissing();
describe.skipIf(noSsh !== undefined)(`SSH${noSsh === undefined ? '' : ` (skipped: ${noSsh})`}`, () => {
  const folder = path.join(root, 'ssh-store');
  let server: TestServer;
  beforeAll(async () => {
    mkdirSync(folder);
    servers.push((server = await startSsh(path.join(root, 'sshd'))));
  });
  const storage = (
    host = 'test',
    command = server.env.PIPELINE_SSH_COMMAND,
    tell: (text: string) => void = () => undefined,
  ) =>
    new SshStorage(
      { kind: 'ssh', host, path: folder },
      { mayAsk: false, tell, ...(command !== undefined && { command }) },
    );
  storageContract(() => Promise.resolve(storage()));

  test('an unknown host key is named, and not tried again', async () => {
    const fault = await storage('unknown')
      .check()
      .catch((error: unknown) => error as RemoteError);
    expect(fault).toMatchObject({ isTransient: false });
    expect((fault as RemoteError).message).toContain('key of the host');
  });

  test('a server whose shell prints, and one without a shell, serve', async () => {
    const lines: string[] = [];
    const more = 'ForceCommand echo Welcome; /usr/lib/openssh/sftp-server';
    const noisy = await startSsh(path.join(root, 'noisy'), { more });
    const plain = await startSsh(path.join(root, 'plain'), { more: 'ForceCommand internal-sftp' });
    servers.push(noisy, plain);
    for (const { env } of [noisy, plain]) {
      const opened = storage('test', env.PIPELINE_SSH_COMMAND, (line) => lines.push(line));
      await opened.check();
      await opened.put(`from-${lines.length}`, Buffer.from('x'));
      await opened.close();
    }
    expect(lines).toEqual(['test printed before the transfer: Welcome']);
  });

  test('one connection and one session carry everything, on a server that allows no more', async () => {
    const strict = await startSsh(path.join(root, 'strict'), {
      more: 'MaxSessions 1\nMaxStartups 3\nLogLevel VERBOSE',
    });
    servers.push(strict);
    const opened = storage('test', strict.env.PIPELINE_SSH_COMMAND);
    await Promise.all(Array.from({ length: 20 }, (_, i) => opened.put(`many/${i}`, Buffer.alloc(50_000, i))));
    await opened.close();
    const log = readFileSync(path.join(root, 'strict/sshd.log'), 'utf8');
    expect(log.match(/Accepted publickey/g)).toHaveLength(1);
  });
});

const noS3 = s3Missing();
describe.skipIf(noS3 !== undefined)(`S3${noS3 === undefined ? '' : ` (skipped: ${noS3})`}`, () => {
  let server: TestServer;
  beforeAll(async () => {
    servers.push((server = await startS3(path.join(root, 's3'))));
    Object.assign(process.env, server.env);
  });
  const open = (bucket = 'lab', profile = 'lab') =>
    S3Storage.open({ kind: 's3', bucket, prefix: 'some/prefix' }, { profile });
  storageContract(() => open());

  test('a wrong secret and a missing bucket are named, with a remedy, and not tried again', async () => {
    const wrong = await (await open('lab', 'wrong')).check().catch((error: unknown) => error as RemoteError);
    expect(wrong).toMatchObject({ isTransient: false });
    expect((wrong as RemoteError).message).toContain('the secret key is wrong');
    const missing = await (await open('nothing')).check().catch((error: unknown) => error as RemoteError);
    expect((missing as RemoteError).message).toBe('s3://nothing/some/prefix: there is no such bucket');
  });
});
