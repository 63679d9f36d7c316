#!/usr/bin/env bash
# The check on a GPU. It needs a machine with an NVIDIA GPU, and Python with torch, torchvision and jax's plugin for
# CUDA 13. Neither Node nor a network is needed.
#   bash run.sh first   # at most 5 minutes: correctness, repeated bits, resume, small images
#   bash run.sh speed   # at most 7 minutes: larger images beside PyTorch, two trainings on one GPU
# Results go to the folder OUT, as lines of JSON in log.jsonl; `npm run bench -- gpu --table FOLDER` reads them.
# For a try without a GPU, DRY names a plugin for processors: everything becomes small.
set -u
here=$(cd "$(dirname "$0")" && pwd)
part=${1:?'first or speed'}
out=${OUT:-$PWD/gpu-check}
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
log=$out/log.jsonl

say() { echo "# $*" | tee -a "$log"; }

# A command with a limit in seconds. Its line goes to the log; a failure is said and the check goes on.
measure() {
  local limit=$1 code=0
  shift
  timeout "$limit" "$@" 2>>"$out/errors.txt" | tee -a "$log"
  code=${PIPESTATUS[0]}
  [ "$code" -eq 0 ] || say "failed with $code: $*"
}

"$python" - "$here/node.xz" "$work/node" <<'P'
import lzma, os, shutil, sys
with lzma.open(sys.argv[1]) as packed, open(sys.argv[2], 'wb') as node:
    shutil.copyfileobj(packed, node, 1 << 22)
os.chmod(sys.argv[2], 0o755)
P

if [ -n "${DRY:-}" ]; then
  device="\"plugin\":\"$DRY\""
else
  packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  plugin=$packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so
  [ -e "$plugin" ] || { say "jax's plugin for CUDA 13 is missing: $plugin"; exit 2; }
  device="\"plugin\":\"$plugin\",\"packages\":\"$packages\""
fi
export TF_CPP_MIN_LOG_LEVEL=3

card() { measure "${LIMIT:-150}" "$work/node" "$here/card.mjs" "$1" "{$device${2:+,$2}}"; }
# size NETWORK SIDE BATCH PRECISION STEPS
size() { echo "\"network\":\"$1\",\"side\":$2,\"batch\":$3,\"precision\":\"$4\",\"steps\":$5"; }
torch() { ! $has_torch || measure 90 "$python" "$here/torch_step.py" "$@"; }

has_torch=true
"$python" -c 'import torch, torchvision' 2>/dev/null || has_torch=false
$has_torch || say 'PyTorch is not here, so nothing is compared with it'
say "$part, Node $("$work/node" --version), $(date -u +%T)"
nvidia-smi --query-gpu=name,driver_version,memory.total,memory.used --format=csv,noheader 2>/dev/null |
  sed 's/^/# /' | tee -a "$log"

first() {
  local network=resnet18 side=28 batch=256 steps=50 precision
  local precisions='float32 tf32 bfloat16'
  [ -z "${DRY:-}" ] || { network=resnet-small side=16 batch=8 steps=12 precisions='float32 bfloat16'; }

  say 'the oracle'
  [ -n "${DRY:-}" ] || { say 'without a visible GPU: an error is expected'; CUDA_VISIBLE_DEVICES='' card check; }
  card check

  say 'small images'
  for precision in $precisions; do
    card step "$(size $network $side $batch "$precision" $steps)"
    torch "$precision" $network $side $batch $steps
  done

  say 'repeated bits: equal "state" expected, strict in two processes without kept programs'
  for _ in 1 2; do card step "$(size $network $side $batch bfloat16 10),\"isStrict\":true"; done
  say 'repeated bits: equal "state" expected, with kept programs'
  for _ in 1 2; do card step "$(size $network $side $batch bfloat16 10),\"programs\":\"$work/programs\""; done

  say 'resume: ended by SIGKILL after 6 steps of 10, then equal "state" to the line above expected'
  local saved="\"file\":\"$work/state.safetensors\""
  local save="\"save\":{$saved,\"after\":6,\"kill\":true}"
  card step "$(size $network $side $batch bfloat16 10),\"programs\":\"$work/programs\",$save"
  card step "$(size $network $side $batch bfloat16 10),\"programs\":\"$work/programs\",\"from\":{$saved,\"steps\":6}"
}

speed() {
  local steps=30 precision sizes=('resnet18 64 256' 'resnet50 224 128') precisions='bfloat16 tf32 float32'
  [ -z "${DRY:-}" ] || { steps=8 sizes=('resnet-small 24 8') precisions='bfloat16'; }
  for each in "${sizes[@]}"; do
    say "size $each"
    for precision in $precisions; do
      # shellcheck disable=SC2086
      card step "$(size $each "$precision" $steps)"
      # shellcheck disable=SC2086
      torch "$precision" $each $steps
    done
  done
  say 'torch.compile'
  # shellcheck disable=SC2086
  torch bfloat16 ${sizes[-1]} $steps compile

  say 'two trainings at the same time on one GPU'
  # shellcheck disable=SC2086
  for _ in 1 2; do card step "$(size ${sizes[0]} bfloat16 $steps)" & done
  wait
}

"$part"
say "done $(date -u +%T)"
