/** The parts of a TensorFlow for this engine, and the checksums of the tested files. Linux on x86-64. */

export const VERSION = '2.21.0';

export interface Part {
  /** The file as pip or npm saves it. */
  readonly file: string;
  readonly sha256: string;
  /** The requested package: a requirement for pip, a specification for npm. */
  readonly asked: string;
}

/** The libraries and the headers of C; one wheel serves every version of Python, since no Python runs. */
export const LIBRARIES: Part = {
  file: `tensorflow-${VERSION}-cp311-cp311-manylinux_2_27_x86_64.whl`,
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  asked: `tensorflow==${VERSION}`,
};

/** The sources of the addon, and the headers of Node for it. */
export const BINDING: Part = {
  file: 'tensorflow-tfjs-node-4.22.0.tgz',
  sha256: 'd38a448a705efc6e655a080f896b3af646ae39dffbfe9c90b06cb9fc3a2b9358',
  asked: '@tensorflow/tfjs-node@4.22.0',
};
export const NODE_HEADERS: Part = {
  file: 'node-api-headers-1.5.0.tgz',
  sha256: '59d0c186cb2db56fb5219219fdbcfb0573c33ff772494a23940564b9cfff881c',
  asked: 'node-api-headers@1.5.0',
};

const nvidia = (name: string, version: string, platform: string, sha256: string): Part => ({
  file: `nvidia_${name}_cu12-${version}-py3-none-${platform}.whl`,
  sha256,
  asked: `nvidia-${name.replaceAll('_', '-')}-cu12==${version}`,
});
const [OLDEST, OLD, NEW] = [
  'manylinux2010_x86_64.manylinux_2_12_x86_64',
  'manylinux2014_x86_64.manylinux_2_17_x86_64',
  'manylinux_2_27_x86_64',
];

/** CUDA 12 and cuDNN 9, as the wheel asks for them; the libraries look for them in the folder beside their own. */
export const CUDA: readonly Part[] = [
  nvidia('cublas', '12.9.3.13', NEW, 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  nvidia('cuda_cupti', '12.8.90', OLD, 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182'),
  nvidia('cuda_nvcc', '12.9.86', OLDEST, '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0'),
  nvidia('cuda_nvrtc', '12.9.86', OLDEST, '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'),
  nvidia('cuda_runtime', '12.9.79', OLD, '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'),
  nvidia('cudnn', '9.28.0.42', NEW, '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  nvidia('cufft', '11.4.1.4', OLD, 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
  nvidia('curand', '10.3.10.19', NEW, '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
  nvidia('cusolver', '11.7.5.82', NEW, '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
  nvidia('cusparse', '12.5.10.65', OLD, '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'),
  nvidia('nccl', '2.32.3', NEW, 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  nvidia('nvjitlink', '12.9.86', OLDEST, 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'),
];

/** Every file for an installation without a network, in the order in which they are taken. */
export const partsOf = (gpu: boolean): readonly Part[] => [NODE_HEADERS, BINDING, LIBRARIES, ...(gpu ? CUDA : [])];
