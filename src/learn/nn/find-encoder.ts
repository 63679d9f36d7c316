/**
 * Finds a network's tensors in a file by structure: methods and frameworks put prefixes before torchvision's names
 * (`module.encoder_q.conv1.weight` of MoCo, `model.backbone.conv1.weight` of Lightning), or number the layers of a
 * sequence (`backbone.4.0.conv1.weight` of lightly and RadImageNet).
 */

/** The names of one encoder of a file. */
export interface Encoder {
  /** Before every name of it: '' or `module.encoder_q.`, with the point. */
  readonly prefix: string;
  /** The file's name of each of the network's tensors that it has. */
  readonly nameOf: ReadonlyMap<string, string>;
}

/** Chooses the trained one of two equal encoders: the other follows it (momentum encoder, target, teacher). */
const FOLLOWERS = /(^|[._])(encoder_k|momentum\w*|target\w*|teacher\w*|ema\w*|key_encoder)[._]/i;

/** `nn.Sequential(*list(resnet.children())[:-1])`: the children of torchvision's ResNet by their position. */
const SEQUENCE: Readonly<Record<string, string>> = {
  conv1: '0',
  bn1: '1',
  layer1: '4',
  layer2: '5',
  layer3: '6',
  layer4: '7',
};

/**
 * The encoder that has the most of the `wanted` names; of equals the one that others follow, then the first one of the
 * file. Undefined where no tensor has any of these names.
 */
export function findEncoder(names: readonly string[], wanted: readonly string[]): Encoder | undefined {
  const known = new Set(names);
  const spellings = [
    ...wanted.map((name) => [name, name] as const),
    ...wanted.map((name) => [name, numbered(name)] as const),
  ];
  const prefixes = new Set<string>();
  for (const name of names)
    for (const [, spelling] of spellings)
      if (name === spelling || name.endsWith(`.${spelling}`))
        prefixes.add(name.slice(0, name.length - spelling.length));

  const encoders = [...prefixes].flatMap((prefix) =>
    [(name: string) => name, numbered].map((spell): Encoder => {
      const pairs = wanted.map((name) => [name, prefix + spell(name)] as const);
      return { prefix, nameOf: new Map(pairs.filter(([, name]) => known.has(name))) };
    }),
  );
  return encoders
    .filter(({ nameOf }) => nameOf.size > 0)
    .reduce<Encoder | undefined>(
      (best, encoder) => (best === undefined || isBetter(encoder, best) ? encoder : best),
      undefined,
    );
}

function isBetter(encoder: Encoder, best: Encoder): boolean {
  if (encoder.nameOf.size !== best.nameOf.size) return encoder.nameOf.size > best.nameOf.size;
  return FOLLOWERS.test(best.prefix) && !FOLLOWERS.test(encoder.prefix);
}

/** `layer1.0.conv1.weight` -> `4.0.conv1.weight`. */
function numbered(name: string): string {
  const [head = '', ...rest] = name.split('.');
  return [SEQUENCE[head] ?? head, ...rest].join('.');
}
