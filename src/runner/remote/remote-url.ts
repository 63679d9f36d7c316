/** The address of a remote, as it stands in the settings. */
import path from 'node:path';

export type RemoteAddress =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 'ssh';
      readonly host: string;
      readonly user?: string;
      readonly port?: number;
      readonly path: string;
    }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

/** @param base folder that a relative path starts from. A text is the finding: the address is wrong. */
export function parseRemoteUrl(url: string, base: string): RemoteAddress | string {
  if (!/^[a-z0-9+.-]+:\/\//i.test(url)) {
    if (/^[^/]+@[^/]+:/.test(url)) return `for SSH, write ssh://${url.replace(/:.*@/, '@').replace(':', '/')}`;
    return url === '' ? 'it is empty' : { kind: 'folder', folder: path.resolve(base, url) };
  }
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return 'it is no URL';
  }
  return faultOfParts(parsed) ?? addressOf(parsed);
}

/** Says why a text is no address of an S3 server; undefined if it is one. */
export function faultOfEndpoint(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint)) return 'it is no URL';
  const parsed = new URL(endpoint);
  if (!['http:', 'https:'].includes(parsed.protocol)) return 'an endpoint begins with https:// or http://';
  return faultOfParts(parsed);
}

/** Settings are in git, so an address must not hold credentials. */
function faultOfParts({ protocol, username, password, search, hash }: URL): string | undefined {
  if (password !== '' || (protocol !== 'ssh:' && username !== ''))
    return 'it holds a secret, and the settings are in git; credentials come from the SSH or AWS configuration';
  return search === '' && hash === '' ? undefined : 'a URL of a remote has no "?" and no "#"';
}

function addressOf(url: URL): RemoteAddress | string {
  const place = decodeURIComponent(url.pathname);
  switch (url.protocol) {
    case 'file:':
      return { kind: 'folder', folder: place };
    case 'ssh:': {
      if (url.hostname === '' || url.hostname.startsWith('-')) return 'ssh:// needs a host';
      if (place === '' || place === '/') return 'ssh:// needs a path: ssh://host/absolute/path or ssh://host/~/path';
      return {
        ...{ kind: 'ssh', host: url.hostname, path: place.startsWith('/~/') ? place.slice(3) : place },
        ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
        ...(url.port !== '' && { port: Number(url.port) }),
      };
    }
    case 's3:': {
      if (url.hostname === '') return 's3:// needs a bucket';
      return { kind: 's3', bucket: url.host, prefix: place.replaceAll(/^\/+|\/+$/g, '') };
    }
    default:
      return `remotes are folders, ssh:// and s3://, and not ${url.protocol}//`;
  }
}
