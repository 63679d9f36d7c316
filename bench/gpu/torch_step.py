"""The step of bench/gpu/card.ts in PyTorch:
python torch_step.py float32|tf32|bfloat16 NETWORK SIDE BATCH STEPS [compile]

Prints one line of JSON. `best` and `median` wait for the loss of each step, as the other side does; `stream` does not.
"""
import json
import sys
import time

import torch
import torchvision

precision, network, side, batch, steps = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
compiled = "compile" in sys.argv[6:]
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"

# A dry run measures a network that torchvision lacks: PyTorch then takes the smallest one.
name = network if hasattr(torchvision.models, network) else "resnet18"
model = getattr(torchvision.models, name)(num_classes=7).to(device, memory_format=torch.channels_last)
forward = torch.compile(model) if compiled else model
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
images = torch.randn(batch, 3, side, side)
labels = torch.arange(batch) % 7
if device == "cuda":
    images, labels = images.pin_memory(), labels.pin_memory()


def step():
    optimizer.zero_grad(set_to_none=True)
    x = images.to(device, non_blocking=True).to(memory_format=torch.channels_last)
    y = labels.to(device, non_blocking=True)
    with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
        loss = torch.nn.functional.cross_entropy(forward(x), y)
    loss.backward()
    optimizer.step()
    return loss


start = time.perf_counter()
step().item()
first = time.perf_counter() - start
for _ in range(5):
    step().item()
seconds = []
for _ in range(steps):
    start = time.perf_counter()
    step().item()
    seconds.append(time.perf_counter() - start)
start = time.perf_counter()
for _ in range(steps):
    loss = step()
loss.item()
stream = (time.perf_counter() - start) / steps
seconds.sort()
print(
    json.dumps(
        {
            "engine": "pytorch",
            "version": torch.__version__,
            "compiled": compiled,
            "precision": precision,
            "network": network,
            "side": side,
            "batch": batch,
            "compileSeconds": first,
            "imagesPerSecond": {
                "best": batch / seconds[0],
                "median": batch / seconds[len(seconds) // 2],
                "stream": batch / stream,
            },
            "peakMiB": round(torch.cuda.max_memory_allocated() / 2**20) if device == "cuda" else 0,
        }
    )
)
