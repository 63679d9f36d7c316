/** Objects in a bucket, by the official SDK. Credentials come from where the AWS tools have them. */
import type * as aws from '@aws-sdk/client-s3';
import type { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { isSystemError } from '../../util/system-error.ts';
import { RemoteError } from './remote-error.ts';
import type { RemoteAddress } from './remote-url.ts';
import type { ListedObject, ObjectPart, RemoteStorage } from './storage.ts';

type S3Address = Extract<RemoteAddress, { kind: 's3' }>;
type Sdk = typeof aws;

export interface S3Options {
  /** Address of the server; absent: that of the profile, or Amazon's. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  /** The bucket is part of the path, not of the host name. True by default: addresses with ports need it. */
  readonly pathStyle?: boolean;
}

export class S3Storage implements RemoteStorage {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #address: S3Address;

  static async open(address: S3Address, options: S3Options): Promise<S3Storage> {
    // The SDK would warn about versions of Node that it will drop one day.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const sdk = await import('@aws-sdk/client-s3');
    const { endpoint, region, profile, pathStyle = true } = options;
    const client = new sdk.S3Client({
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
      forcePathStyle: pathStyle,
      // Servers of other makers refuse the checksums that the SDK adds by default. Content has digests of its own.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 4,
    });
    // A region is needed, and means nothing to most servers.
    const known = await client.config.region().catch(() => undefined);
    if (known === undefined) client.config.region = () => Promise.resolve('us-east-1');
    return new S3Storage(sdk, client, address);
  }

  private constructor(sdk: Sdk, client: S3Client, address: S3Address) {
    this.#sdk = sdk;
    this.#client = client;
    this.#address = address;
  }

  /** Throws RemoteError unless the bucket answers. */
  async check(): Promise<void> {
    const { bucket } = this.#address;
    await this.#try(() =>
      this.#client.send(new this.#sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: this.#key(''), MaxKeys: 1 })),
    );
  }

  async get(name: string, part?: ObjectPart): Promise<Buffer | undefined> {
    const range = part && { Range: `bytes=${part.offset}-${part.offset + part.length - 1}` };
    const reply = await this.#tryFind(async () => {
      const { Body } = await this.#client.send(new this.#sdk.GetObjectCommand({ ...this.#object(name), ...range }));
      return Body?.transformToByteArray();
    });
    return reply && Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength);
  }

  async size(name: string): Promise<number | undefined> {
    const head = await this.#tryFind(() => this.#client.send(new this.#sdk.HeadObjectCommand(this.#object(name))));
    return head?.ContentLength;
  }

  async put(name: string, bytes: Uint8Array, { replaces = false } = {}): Promise<boolean> {
    const condition = replaces ? {} : { IfNoneMatch: '*' };
    try {
      await this.#client.send(new this.#sdk.PutObjectCommand({ ...this.#object(name), ...condition, Body: bytes }));
      return true;
    } catch (error) {
      if (!replaces && isStatus(error, [412, 409])) return false;
      throw this.#remoteError(error);
    }
  }

  async list(folder: string): Promise<ListedObject[]> {
    const found: ListedObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.#try(() =>
        this.#client.send(
          new this.#sdk.ListObjectsV2Command({
            Bucket: this.#address.bucket,
            Prefix: this.#key(`${folder}/`),
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? [])
        found.push({ name: Key.slice(this.#key('').length), bytes: Size, modifiedMs: LastModified?.getTime() ?? 0 });
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  /** A thousand keys per request. */
  async remove(names: readonly string[]): Promise<void> {
    for (let at = 0; at < names.length; at += 1000) {
      const Objects = names.slice(at, at + 1000).map((name) => ({ Key: this.#key(name) }));
      const { Errors: errors = [] } = await this.#try(() =>
        this.#client.send(
          new this.#sdk.DeleteObjectsCommand({ Bucket: this.#address.bucket, Delete: { Objects, Quiet: true } }),
        ),
      );
      const [first] = errors;
      if (first)
        throw new RemoteError(`${this.#shown()}: ${first.Key ?? ''} cannot be deleted: ${first.Message ?? ''}`);
    }
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  #key(name: string): string {
    return this.#address.prefix === '' ? name : `${this.#address.prefix}/${name}`;
  }

  #object(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#address.bucket, Key: this.#key(name) };
  }

  #shown(): string {
    const { bucket, prefix } = this.#address;
    return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#remoteError(error);
    }
  }

  /** Undefined: there is no such object. */
  async #tryFind<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const { name } = error as Error;
      if (name === 'NoSuchKey' || name === 'NotFound' || isStatus(error, [416])) return undefined;
      throw this.#remoteError(error);
    }
  }

  #remoteError(error: unknown): RemoteError {
    const { name, message } = error as Error;
    const shown = this.#shown();
    const known = KNOWN[name];
    if (known) return new RemoteError(`${shown}: ${known.finding(message)}`, { remedy: known.remedy });
    const status = statusOf(error);
    if (status === 507) return noSpace(shown);
    if (status === 403)
      return new RemoteError(`${shown}: permission denied (${message})`, { remedy: CREDENTIALS_REMEDY });
    if (status !== undefined)
      return new RemoteError(`${shown}: the server answered ${status} ${name}: ${message}`, {
        transient: status >= 500 || status === 429 || status === 408,
        // Some servers do not name a full disk.
        ...(status === 500 && { remedy: 'The log of the server says why. Perhaps it has no space left.' }),
      });
    if (isSystemError(error) || /socket|timeout|ECONN|aborted|network/i.test(`${name} ${message}`))
      return new RemoteError(`${shown}: the connection failed: ${message}`, { transient: true });
    return new RemoteError(`${shown}: ${message}`);
  }
}

const CREDENTIALS_REMEDY =
  'Credentials are those of the AWS tools (AWS_PROFILE, ~/.aws, SSO): if `aws s3 ls` works, this works.';

const noSpace = (shown: string): RemoteError =>
  new RemoteError(`no space is left on the server of ${shown}`, {
    remedy: 'Free some, then push again: it continues.',
  });

/** Faults that another attempt does not mend, by the name that the server or the SDK gives them. */
const KNOWN: Readonly<Record<string, { readonly finding: (message: string) => string; readonly remedy: string }>> = {
  NoSuchBucket: { finding: () => 'there is no such bucket', remedy: 'Make it, or correct the URL of the remote.' },
  CredentialsProviderError: {
    finding: (message) => `no credentials were found (${message})`,
    remedy: CREDENTIALS_REMEDY,
  },
  ExpiredToken: {
    finding: () => 'the credentials have expired',
    remedy: 'Renew them (aws sso login), then again: it continues.',
  },
  ExpiredTokenException: {
    finding: () => 'the credentials have expired',
    remedy: 'Renew them (aws sso login), then again: it continues.',
  },
  InvalidAccessKeyId: { finding: () => 'the server does not know the access key', remedy: CREDENTIALS_REMEDY },
  SignatureDoesNotMatch: { finding: () => 'the secret key is wrong', remedy: CREDENTIALS_REMEDY },
  InsufficientStorage: {
    finding: () => 'no space is left on the server',
    remedy: 'Free some, then push again: it continues.',
  },
};

const statusOf = (error: unknown): number | undefined =>
  (error as Partial<S3ServiceException>).$metadata?.httpStatusCode;

const isStatus = (error: unknown, wanted: readonly number[]): boolean => wanted.includes(statusOf(error) ?? 0);
