/** The REST API of an MLflow server, version 2.0 (https://mlflow.org/docs/latest/api_reference/rest-api.html). */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { JsonObject } from '../../util/json.ts';
import { MlflowError } from './mlflow-error.ts';

const TIMEOUT_MS = 120_000;
/** An artifact may be large. */
const UPLOAD_TIMEOUT_MS = 3_600_000;

export interface MlflowAccess {
  /** Without a slash at its end. */
  readonly url: string;
  /** The value of the header `Authorization`. */
  readonly authorization?: string;
}

/** From the variables that MLflow's own client reads. */
export function authorizationFrom(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { MLFLOW_TRACKING_TOKEN: token } = environment;
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = environment;
  if (user !== undefined && password !== undefined)
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return token === undefined ? undefined : `Bearer ${token}`;
}

export class MlflowClient {
  readonly #access: MlflowAccess;

  constructor(access: MlflowAccess) {
    this.#access = access;
  }

  get url(): string {
    return this.#access.url;
  }

  /** Throws MlflowError. @param name below `/api/2.0/mlflow/` */
  post(name: string, body: JsonObject): Promise<JsonObject> {
    return this.#json(name, { method: 'POST', body: JSON.stringify(body) });
  }

  /** Throws MlflowError. */
  get(name: string, query: Readonly<Record<string, string>>): Promise<JsonObject> {
    return this.#json(`${name}?${new URLSearchParams(query).toString()}`, { method: 'GET' });
  }

  /** Stores a file in the artifacts of a run. @param name below the server's root of artifacts, with slashes */
  async putArtifact(name: string, file: string, bytes: number): Promise<void> {
    const place = `mlflow-artifacts/artifacts/${name.split('/').map(encodeURIComponent).join('/')}`;
    await this.#fetch(place, UPLOAD_TIMEOUT_MS, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes) },
      body: Readable.toWeb(createReadStream(file)) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
  }

  async #json(name: string, init: RequestInit): Promise<JsonObject> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.#fetch(`mlflow/${name}`, TIMEOUT_MS, { ...init, headers });
    const text = await response.text();
    try {
      return JSON.parse(text) as JsonObject;
    } catch {
      throw new MlflowError(`${this.url} is no MLflow server: it answers with no JSON`, { status: response.status });
    }
  }

  async #fetch(name: string, timeout: number, init: RequestInit): Promise<Response> {
    const { url, authorization } = this.#access;
    const headers = { ...(init.headers as object), ...(authorization !== undefined && { authorization }) };
    const signal = AbortSignal.timeout(timeout);
    const response = await fetch(`${url}/api/2.0/${name}`, { ...init, headers, signal }).catch((error: unknown) => {
      throw new MlflowError(`${url} cannot be reached: ${causeOf(error)}`, {
        remedy: 'Is the server running, and is its address right?',
      });
    });
    if (response.ok) return response;
    throw refusalOf(url, response.status, await response.text().catch(() => ''));
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

const LONGEST_MESSAGE = 300;

function refusalOf(url: string, status: number, text: string): MlflowError {
  if (status === 401 || status === 403)
    return new MlflowError(`${url} refuses this user (${status})`, {
      status,
      remedy: 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.',
    });
  return new MlflowError(`${url} answers ${status}: ${messageIn(text).slice(0, LONGEST_MESSAGE)}`, { status });
}

function messageIn(text: string): string {
  try {
    const { message, error_code: code } = JSON.parse(text) as { message?: string; error_code?: string };
    return message ?? code ?? text;
  } catch {
    return text;
  }
}
