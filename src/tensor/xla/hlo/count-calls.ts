/**
 * Reads what XLA's compiler made of a program, as far as numbers of operations go: an HloModuleProtoWithConfig {
 * hlo_module = 1 } of HloModuleProto { computations = 3 } of HloComputationProto { instructions = 2 } of
 * HloInstructionProto { opcode = 2, custom_call_target = 28 } (openxla/xla, xla/service/hlo.proto).
 */

interface CallCounts {
  /** The number of each operation in the program, by name. */
  readonly operations: ReadonlyMap<string, number>;
  /** Calls of cuDNN for convolutions. */
  readonly cudnn: number;
}

/** @param module of the format `hlo_with_config` */
export function countCalls(module: Buffer): CallCounts {
  const operations = new Map<string, number>();
  let cudnn = 0;
  for (const instruction of instructionsOf(module)) {
    const [opcode = ''] = messagesIn(instruction, 2).map(String);
    const [target = ''] = messagesIn(instruction, 28).map(String);
    operations.set(opcode, (operations.get(opcode) ?? 0) + 1);
    if (target.startsWith('__cudnn$conv')) cudnn++;
  }
  return { operations, cudnn };
}

const instructionsOf = (module: Buffer): Buffer[] =>
  messagesIn(module, 1)
    .flatMap((hlo) => messagesIn(hlo, 3))
    .flatMap((computation) => messagesIn(computation, 2));

/**
 * The contents of a field of a message, of those that have a length (https://protobuf.dev/programming-guides/encoding).
 */
function messagesIn(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = message.readUInt8(at++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  };
  while (at < message.length) {
    const tag = varint();
    switch (tag % 8) {
      case 0:
        varint();
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (Math.floor(tag / 8) === wanted) found.push(message.subarray(at, at + length));
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`Internal error: a message has a field of the unknown kind ${tag % 8}.`);
    }
  }
  return found;
}
