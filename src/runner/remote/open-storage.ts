/** Opens the storage of a remote, and touches it: a wrong address or login is found before anything is hashed. */
import { FolderStorage } from './folder-storage.ts';
import { parseRemoteUrl } from './remote-url.ts';
import { RemoteError } from './remote-error.ts';
import { RetryingStorage } from './retrying-storage.ts';
import type { S3Options } from './s3-storage.ts';
import type { RemoteStorage } from './storage.ts';

export interface RemoteSettings extends S3Options {
  readonly url: string;
  /** Pushes are refused. */
  readonly readOnly?: boolean;
}

interface OpenOptions {
  /** Folder that a relative path of a shared folder starts from. */
  readonly base: string;
  readonly mayAsk: boolean;
  readonly sshCommand: string | undefined;
  readonly tell: (sentence: string) => void;
}

/** Throws RemoteError. */
export async function openStorage(settings: RemoteSettings, options: OpenOptions): Promise<RemoteStorage> {
  return new RetryingStorage(await open(settings, options), options.tell);
}

async function open(settings: RemoteSettings, { base, mayAsk, sshCommand, tell }: OpenOptions): Promise<RemoteStorage> {
  const address = parseRemoteUrl(settings.url, base);
  if (typeof address === 'string') throw new RemoteError(`${settings.url}: ${address}`);
  switch (address.kind) {
    case 'folder':
      return FolderStorage.open(address.folder);
    case 'ssh': {
      const { SshStorage } = await import('./ssh-storage.ts');
      const storage = new SshStorage(address, {
        mayAsk,
        tell,
        ...(sshCommand !== undefined && { command: sshCommand }),
      });
      await storage.check().catch(async (error: unknown) => {
        await storage.close();
        throw error;
      });
      return storage;
    }
    case 's3': {
      const { S3Storage } = await import('./s3-storage.ts');
      const storage = await S3Storage.open(address, settings);
      await storage.check();
      return storage;
    }
  }
}
