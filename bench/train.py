"""PyTorch as a contestant of bench/train.mjs: python train.py float32|bfloat16 contiguous|channels_last NETWORK SIDE BATCH THREADS."""
import contextlib
import json
import resource
import sys
import time

import torch
import torchvision

precision, layout, network, side, batch, threads = sys.argv[1], sys.argv[2], sys.argv[3], *map(int, sys.argv[4:])
torch.set_num_threads(threads)
memory_format = getattr(torch, layout + "_format") if layout == "contiguous" else torch.channels_last
autocast = torch.autocast("cpu", torch.bfloat16) if precision == "bfloat16" else contextlib.nullcontext()

model = getattr(torchvision.models, network)(num_classes=7).to(memory_format=memory_format)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
images = torch.randn(batch, 3, side, side).to(memory_format=memory_format)
labels = torch.randint(7, (batch,))


def step():
    optimizer.zero_grad()
    with autocast:
        loss = torch.nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    milliseconds = []
    for _ in range(int(line)):
        start = time.perf_counter()
        step()
        milliseconds.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"milliseconds": milliseconds, "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}), flush=True)
