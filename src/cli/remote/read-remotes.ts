/** The setting `remotes`: addresses by name. */
import type { RemoteSettings } from '../../runner/remote/open-storage.ts';
import { faultOfEndpoint, parseRemoteUrl } from '../../runner/remote/remote-url.ts';

/** A remote with the folder that a relative path starts from. */
export interface NamedRemote extends RemoteSettings {
  readonly base: string;
}

export type Remotes = Readonly<Record<string, NamedRemote>>;

const TEXTS = ['endpoint', 'region', 'profile'] as const;
const SWITCHES = ['pathStyle', 'readOnly'] as const;

export const isRemoteName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);

/** A text describes the allowed values. */
export function readRemotes(value: unknown, base: string): Remotes | string {
  if (!isObject(value)) return 'an object of remotes by name, such as { "lab": "ssh://host/path" }';
  const remotes: Record<string, NamedRemote> = {};
  for (const [name, entry] of Object.entries(value)) {
    const remote = readRemote(entry, base);
    if (!isRemoteName(name)) return `names of letters, digits, ".", "_" and "-" (not ${JSON.stringify(name)})`;
    if (typeof remote === 'string') return `for ${name}: ${remote}`;
    remotes[name] = remote;
  }
  return remotes;
}

function readRemote(entry: unknown, base: string): NamedRemote | string {
  const fields: Readonly<Record<string, unknown>> | undefined =
    typeof entry === 'string' ? { url: entry } : isObject(entry) ? entry : undefined;
  const url = fields?.url;
  if (fields === undefined || typeof url !== 'string') return 'a URL, or an object with `url`';
  const address = parseRemoteUrl(url, base);
  if (typeof address === 'string') return `a URL without this fault: ${address}`;
  const known: readonly string[] = ['url', ...TEXTS, ...SWITCHES];
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) return `the keys ${known.join(', ')} (not ${unknown})`;
  const wrong =
    TEXTS.find((key) => fields[key] !== undefined && typeof fields[key] !== 'string') ??
    SWITCHES.find((key) => fields[key] !== undefined && typeof fields[key] !== 'boolean');
  if (wrong !== undefined) return `a text or true or false as ${wrong}`;
  const settings = { ...(fields as object as RemoteSettings), base };
  const fault = settings.endpoint === undefined ? undefined : faultOfEndpoint(settings.endpoint);
  return fault === undefined ? settings : `an endpoint without this fault: ${fault}`;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
