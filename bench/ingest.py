"""torchvision and Pillow as a contestant of bench/ingest.mjs: draft|whole FOLDER IMAGES SIZE WORKERS OUT;
each line read is one ingest."""
import json
import os
import resource
import sys
import time

import numpy as np
import torch
from PIL import Image
from torchvision import datasets, transforms

how, folder, images, size, workers, out = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]), sys.argv[6]
torch.set_num_threads(1)


def load(path):
    with Image.open(path) as image:
        if how == "draft":
            # libjpeg's own reduction, by a power of two that leaves at least that much.
            image.draft("RGB", (size, size))
        return image.convert("RGB")


def fold(batch):
    return torch.stack([image for image, _ in batch])


prepare = transforms.Compose(
    [
        transforms.Resize(size, transforms.InterpolationMode.LANCZOS),
        transforms.CenterCrop(size),
        transforms.PILToTensor(),
    ]
)
listing = torch.utils.data.Subset(datasets.ImageFolder(folder, prepare, loader=load), range(images))
loader = torch.utils.data.DataLoader(
    listing, batch_size=64, num_workers=workers, collate_fn=fold, persistent_workers=True
)



def processor_seconds():
    total = time.process_time()
    for worker in [] if loader._iterator is None else loader._iterator._workers:
        with open(f"/proc/{worker.pid}/stat") as stat:
            total += sum(map(int, stat.read().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
    return total


for _ in sys.stdin:
    start, before = time.perf_counter(), processor_seconds()
    packed = np.lib.format.open_memmap(f"{out}/{how}.npy", "w+", np.uint8, (images, size, size, 3))
    row = 0
    for batch in loader:
        packed[row : row + len(batch)] = batch.permute(0, 2, 3, 1).numpy()
        row += len(batch)
    packed.flush()
    seconds, processor = time.perf_counter() - start, processor_seconds() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for worker in loader._iterator._workers:
        with open(f"/proc/{worker.pid}/status") as status:
            peak += int(next(line for line in status if line.startswith("VmHWM")).split()[1])
    print(json.dumps({"seconds": seconds, "processorSeconds": processor, "peakBytes": 1024 * peak}), flush=True)
