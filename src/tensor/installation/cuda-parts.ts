/** NVIDIA's libraries, as wheels, and the checksums of the tested files. Linux on x86-64. */
import type { Part } from './part.ts';

const [OLDEST, OLD, NEW] = [
  'manylinux2010_x86_64.manylinux_2_12_x86_64',
  'manylinux2014_x86_64.manylinux_2_17_x86_64',
  'manylinux_2_27_x86_64',
];

/** @param name as the file writes it; pip wants dashes */
const wheel = (name: string, version: string, platform: string, sha256: string): Part => ({
  file: `nvidia_${name}-${version}-py3-none-${platform}.whl`,
  sha256,
  asked: `nvidia-${name.replaceAll('_', '-')}==${version}`,
});

/**
 * CUDA 12 and cuDNN 9. The engines' libraries look for them in `nvidia/NAME/lib`, two folders above their own or beside
 * it.
 */
export const CUDA_12 = {
  cublas: wheel('cublas_cu12', '12.9.3.13', NEW, 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  cupti: wheel('cuda_cupti_cu12', '12.8.90', OLD, 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182'),
  nvcc: wheel('cuda_nvcc_cu12', '12.9.86', OLDEST, '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0'),
  nvrtc: wheel(
    'cuda_nvrtc_cu12',
    '12.9.86',
    OLDEST,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  ),
  runtime: wheel(
    'cuda_runtime_cu12',
    '12.9.79',
    OLD,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  ),
  cudnn: wheel('cudnn_cu12', '9.28.0.42', NEW, '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  cufft: wheel('cufft_cu12', '11.4.1.4', OLD, 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
  curand: wheel('curand_cu12', '10.3.10.19', NEW, '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
  cusolver: wheel(
    'cusolver_cu12',
    '11.7.5.82',
    NEW,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  ),
  cusparse: wheel(
    'cusparse_cu12',
    '12.5.10.65',
    OLD,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  ),
  nccl: wheel('nccl_cu12', '2.32.3', NEW, 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  nvjitlink: wheel(
    'nvjitlink_cu12',
    '12.9.86',
    OLDEST,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  ),
} as const satisfies Record<string, Part>;

/** CUDA 13 and cuDNN 9, which lie in `nvidia/cu13` and `nvidia/cudnn`. */
export const CUDA_13 = {
  cublas: wheel(
    'cublas',
    '13.10.0.20',
    'manylinux1_x86_64.manylinux_2_5_x86_64',
    'dcc6d63884c53d07e267ce7e6feac17b2538cebaafec5db865736c3e28e4dc84',
  ),
  nvcc: wheel('cuda_nvcc', '13.5.37', OLD, 'f5c4f7ead5d964fb4af42bbf1e6d3ec3c1e6e9d83b53749f691d387e7fcaa3a7'),
  nvrtc: wheel('cuda_nvrtc', '13.5.37', OLDEST, '86b4d68058807988b7d9af5b44917a0601e9c337f35ccd657bfb3c759ff8d8bc'),
  runtime: wheel('cuda_runtime', '13.5.37', OLD, 'df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d'),
  cudnn: wheel('cudnn_cu13', '9.28.1.4', NEW, 'a54f205b1db1f2895d99f398754db1369816f0569dd459731f925635cf7b65ec'),
  nvjitlink: wheel('nvjitlink', '13.5.37', OLDEST, '280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb'),
  nvvm: wheel('nvvm', '13.5.37', OLDEST, 'c41bfa362e407405163f103c2229f0765f8cc2ed7d148b754dc77f228bf7e070'),
} as const satisfies Record<string, Part>;
