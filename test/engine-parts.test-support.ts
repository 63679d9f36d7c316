/**
 * Parts of a fake TensorFlow of a few kilobytes, and a command that accepts their checksums. The result loads in Node
 * and answers the installation's question. It computes nothing else.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { encodeZip } from '../src/tensor/torch/zip.ts';
import { BINDING, LIBRARIES, NODE_HEADERS, partsOf } from '../src/tensor/tensorflow/installation/parts.ts';
import type { Project } from './rig.test-support.ts';

/** The part of Node's interface that the addon below uses. It is stable between versions. */
const NODE_API = `
#include <stddef.h>
#include <stdint.h>
typedef struct env_ *napi_env; typedef struct value_ *napi_value; typedef struct info_ *napi_callback_info; typedef int napi_status;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
extern "C" {
napi_status napi_create_int32(napi_env, int32_t, napi_value *);
napi_status napi_create_array(napi_env, napi_value *);
napi_status napi_set_element(napi_env, napi_value, uint32_t, napi_value);
napi_status napi_set_named_property(napi_env, napi_value, const char *, napi_value);
napi_status napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
}
`;

/** While the file of FAKE_WAIT is asked for, loading makes it and never ends; with FAKE_CRASH it ends the process. */
const ADDON = `
#include <node_api.h>
#include <tensorflow/c/c_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <unistd.h>
static napi_value number(napi_env env, int n) { napi_value v; napi_create_int32(env, n, &v); return v; }
static napi_value create(napi_env env, napi_callback_info) { return number(env, 0); }
static napi_value read(napi_env env, napi_callback_info) {
  napi_value list; napi_create_array(env, &list);
  for (int i = 0; i < 2; i++) napi_set_element(env, list, i, number(env, i + 1));
  return list;
}
static void offer(napi_env env, napi_value exports, const char *name, napi_callback call) {
  napi_value f; napi_create_function(env, name, (size_t)-1, call, NULL, &f); napi_set_named_property(env, exports, name, f);
}
extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  if (const char *file = getenv("FAKE_WAIT")) {
    char draft[4096]; snprintf(draft, sizeof draft, "%s.new", file);
    FILE *f = fopen(draft, "w"); fprintf(f, "%d", getpid()); fclose(f); rename(draft, file);
    for (;;) pause();
  }
  if (getenv("FAKE_CRASH")) raise(SIGSEGV);
  napi_set_named_property(env, exports, "TF_FLOAT", number(env, TF_FLOAT));
  offer(env, exports, "createTensor", create); offer(env, exports, "tensorDataSync", read);
  return exports;
}
`;

/** Rewrites the pinned checksums in the command's code while Node loads it. */
const HOOKS = `
import { readFileSync } from 'node:fs';
const digests = JSON.parse(readFileSync(new URL('digests.json', import.meta.url), 'utf8'));
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.includes('/dist/') || loaded.source == null) return loaded;
  return { ...loaded, source: Object.entries(digests).reduce((text, [pinned, own]) => text.replaceAll(pinned, own), Buffer.from(loaded.source).toString()) };
}
`;

/** Writes them to the project's folder "parts". Returns the variables under which the command knows them. */
export async function writeParts(project: Project): Promise<Record<string, string>> {
  await project.write('made/headers/package/include/node_api.h', NODE_API);
  await project.write('made/binding/package/binding/tfjs_binding.cc', ADDON);
  await project.write('made/binding/package/binding/tfjs_backend.cc', '');
  await project.write('parts/.keep', '');
  const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  await project.shell(
    [
      `tar -czf parts/${NODE_HEADERS.file} -C made/headers package`,
      `tar -czf parts/${BINDING.file} -C made/binding package`,
      ...libraries.map((name) => `cc -shared -o made/${name} -x c /dev/null`),
    ].join(' && '),
  );
  const members = [
    ['tensorflow/include/tensorflow/c/c_api.h', Buffer.from('enum { TF_FLOAT = 1 };\n')] as const,
    ...libraries.map((name) => [`tensorflow/${name}`, readFileSync(project.path(`made/${name}`))] as const),
  ];
  await project.write(`parts/${LIBRARIES.file}`, encodeZip(new Map(members)));
  const digest = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(project.path(path.join('parts', file))))
      .digest('hex');
  await project.write(
    'hooks/digests.json',
    Object.fromEntries(partsOf(false).map(({ file, sha256 }) => [sha256, digest(file)])),
  );
  await project.write('hooks/load.mjs', HOOKS);
  await project.write(
    'hooks/register.mjs',
    "import { register } from 'node:module';\nregister('./load.mjs', import.meta.url);\n",
  );
  return { NODE_OPTIONS: `--import=${project.path('hooks/register.mjs')}` };
}
