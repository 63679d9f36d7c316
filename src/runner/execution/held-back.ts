/**
 * Variables of the user's shell that change what programs find or compute, and that do not reach a stage unless it
 * declares them. Authors of plain shell scripts do not expect that.
 */
import type { Instance } from '../pipeline.ts';

/** Groups of variables, and the words in a log that tell of a program that lacks one of them. */
const KNOWN: readonly { readonly names: RegExp; readonly sign: RegExp }[] = [
  { names: /^(LD_LIBRARY_PATH|LD_PRELOAD|DYLD_\w+)$/, sign: /shared (librar|object)|\.so\b|dylib/ },
  {
    names: /^(PYTHONPATH|PYTHONHOME|VIRTUAL_ENV|CONDA_PREFIX|CONDA_DEFAULT_ENV)$/,
    sign: /No module named|ModuleNotFoundError|ImportError/,
  },
  { names: /^(https?|all|no|ftp)_proxy$/i, sign: /proxy|connect|resolve|timed out|unreachable|Max retries/i },
  {
    names: /^(SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS)$/,
    sign: /certificate|SSL/i,
  },
  {
    names:
      /^(HF_\w+|HUGGING_FACE_HUB_TOKEN|TRANSFORMERS_\w+|TORCH_HOME|KERAS_HOME|TFHUB_CACHE_DIR|NLTK_DATA|WANDB_\w+|MLFLOW_\w+)$/,
    sign: /hugging|hf\.co|torch|hub|wandb|mlflow|token|401|403|offline/i,
  },
  {
    names: /^(AWS_\w+|GOOGLE_APPLICATION_CREDENTIALS|AZURE_\w+|S3_\w+)$/,
    sign: /credential|denied|unauthori[sz]ed|forbidden/i,
  },
  { names: /^(CUDA_HOME|CUDA_PATH|JAVA_HOME|R_LIBS|R_LIBS_USER|NODE_PATH|NODE_OPTIONS|LC_ALL|TZ)$/, sign: /(?!)/ },
];

type Declared = Pick<Instance, 'env' | 'secrets'>;

/** Names of such variables that are set in `outer` and that none of the instances declares; sorted. */
export function heldBack(instances: readonly Declared[], outer: NodeJS.ProcessEnv): string[] {
  const declared = new Set(instances.flatMap(({ env, secrets }) => [...env, ...secrets]));
  return Object.keys(outer)
    .filter((name) => outer[name] !== '' && !declared.has(name) && KNOWN.some(({ names }) => names.test(name)))
    .sort();
}

/**
 * Those of them whose lack the log of a failure tells of: by their name, or by the words of a program that needs them.
 */
export function missedVariables(instance: Declared, log: string, outer: NodeJS.ProcessEnv): string[] {
  return heldBack([instance], outer).filter(
    (name) => log.includes(name) || KNOWN.some(({ names, sign }) => names.test(name) && sign.test(log)),
  );
}

/** `"env": ["HF_HOME", "LD_LIBRARY_PATH"]` */
export const envEntry = (names: readonly string[]): string =>
  `"env": [${names.map((name) => JSON.stringify(name)).join(', ')}]`;
