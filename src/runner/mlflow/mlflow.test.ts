import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { proxiedFolder } from './artifacts.ts';
import { authorizationFrom, MlflowClient } from './client.ts';
import { MlflowError } from './mlflow-error.ts';
import { mlflowName } from './names.ts';
import { parseTrackingUri } from './tracking-uri.ts';

test('names that MLflow takes stay, others are changed and stay apart', () => {
  for (const name of ['loss', 'train/loss', 'learning rate', 'Dice 0.5-mean', 'Größe'])
    expect(mlflowName(name)).toBe(name);
  expect(mlflowName('a=b')).toMatch(/^a_b_[0-9a-f]{8}$/);
  expect(mlflowName('a=b')).not.toBe(mlflowName('a~b'));
  for (const odd of ['', '.', '..', '../x', '/x', 'a//b', 'a/../b', 'x/', 'a/./b']) {
    expect(mlflowName(odd)).toMatch(/^_[^/]*_[0-9a-f]{8}$/);
  }
  expect(mlflowName('x'.repeat(300))).toHaveLength(250);
});

test('an address is a server or a database in a file; one with a secret is refused and not repeated', () => {
  const parse = (text: string) => parseTrackingUri(text, '/home/p');
  expect(parse('http://lab:5000/')).toEqual({ ok: true, value: { kind: 'server', url: 'http://lab:5000' } });
  expect(parse('https://lab/mlflow/')).toEqual({ ok: true, value: { kind: 'server', url: 'https://lab/mlflow' } });
  expect(parse('sqlite:///m.db')).toEqual({ ok: true, value: { kind: 'sqlite', file: '/home/p/m.db' } });
  expect(parse('sqlite:////data/m.db')).toEqual({ ok: true, value: { kind: 'sqlite', file: '/data/m.db' } });
  for (const wrong of ['mlruns', 'file:///x', 'databricks', 'sqlite://m.db', 'http://lab/?x=1', 'http://lab/#y'])
    expect(parse(wrong)).toMatchObject({
      ok: false,
      error: expect.stringContaining('expected http://HOST:PORT') as string,
    });
  const secret = parse('https://eva:s3cret@lab');
  expect(JSON.stringify(secret)).toContain('MLFLOW_TRACKING_USERNAME');
  expect(JSON.stringify(secret)).not.toContain('s3cret');
});

test('artifacts go through the server where it offers that', () => {
  expect(proxiedFolder('mlflow-artifacts:/1/abc/artifacts')).toBe('1/abc/artifacts');
  expect(proxiedFolder('mlflow-artifacts://lab:5000/1/abc/artifacts/')).toBe('1/abc/artifacts');
  expect(proxiedFolder('s3://bucket/1/abc/artifacts')).toBeUndefined();
  expect(proxiedFolder('/mlruns/1/abc/artifacts')).toBeUndefined();
});

test('a user and password win over a token, as in the client of MLflow', () => {
  expect(authorizationFrom({})).toBeUndefined();
  expect(authorizationFrom({ MLFLOW_TRACKING_TOKEN: 't' })).toBe('Bearer t');
  const both = { MLFLOW_TRACKING_TOKEN: 't', MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p' };
  expect(authorizationFrom(both)).toBe('Basic dTpw');
});

async function serverThat(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const faultOf = async (url: string): Promise<MlflowError> => {
  const fault: unknown = await new MlflowClient({ url, authorization: 'Bearer hidden' })
    .post('runs/create', {})
    .catch((error: unknown) => error);
  if (!(fault instanceof MlflowError)) throw new Error('It did not fail.');
  expect(`${fault.message} ${fault.remedy ?? ''}`).not.toContain('hidden');
  return fault;
};

test('each failure says what is wrong, and never the secret', async () => {
  const refusing = await serverThat((_, response) => response.writeHead(401).end());
  expect((await faultOf(refusing)).remedy).toContain('MLFLOW_TRACKING_TOKEN');
  const wrong = await serverThat((_, response) => response.writeHead(400).end('{"message":"bad name"}'));
  expect((await faultOf(wrong)).message).toBe(`${wrong} answers 400: bad name`);
  const page = await serverThat((_, response) => response.end('<html>'));
  expect((await faultOf(page)).message).toBe(`${page} is no MLflow server: it answers with no JSON`);
  expect((await faultOf('http://127.0.0.1:9')).message).toMatch(/^http:\/\/127.0.0.1:9 cannot be reached: /);
});
