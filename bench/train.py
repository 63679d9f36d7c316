"""Images per second of PyTorch on the training step of bench/train.ts: python train.py NETWORK SIDE BATCH ROUNDS."""
import sys
import time

import torch
import torchvision

network, side, batch, rounds = sys.argv[1], *map(int, sys.argv[2:])


def best(memory_format):
    model = getattr(torchvision.models, network)(num_classes=7).to(memory_format=memory_format)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    images = torch.randn(batch, 3, side, side).to(memory_format=memory_format)
    labels = torch.randint(7, (batch,))
    times = []
    for _ in range(rounds + 2):
        start = time.perf_counter()
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimiser.step()
        times.append(time.perf_counter() - start)
    return batch / min(times[2:])


print(max(best(torch.contiguous_format), best(torch.channels_last)))
