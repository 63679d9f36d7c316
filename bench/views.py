"""torchvision as a contestant of bench/augment.mjs: python views.py '{"api": "v1" | "v2", "threads", "batch", "side"}'.

v1 and v2 make two views of each image by lightly's SimCLR recipe: v1 by lightly itself from PIL images, as its data
loader does; v2 by the same transforms on uint8 tensors. Both answer with the milliseconds of a batch on one thread; a
data loader with as many workers as cores is at best that many times as fast.
"""
import json
import sys
import time

import numpy
import torch
from lightly.transforms import SimCLRTransform
from PIL import Image
from torchvision.transforms import v2

given = json.loads(sys.argv[1])
batch, side = given["batchSize"], given["side"]
torch.set_num_threads(1)
pixels = numpy.random.default_rng(0).integers(0, 256, (batch, side, side, 3), dtype=numpy.uint8)

if given["api"] == "v1":
    transform = SimCLRTransform(input_size=side)
    images = [Image.fromarray(image) for image in pixels]
else:
    # A tenth of the image, odd, as in the paper; torchvision needs the size beforehand.
    view = v2.Compose([
        v2.RandomResizedCrop(side, scale=(0.08, 1), antialias=True),
        v2.RandomHorizontalFlip(),
        v2.RandomApply([v2.ColorJitter(0.8, 0.8, 0.8, 0.2)], p=0.8),
        v2.RandomGrayscale(0.2),
        v2.RandomApply([v2.GaussianBlur(2 * (side // 20) + 1, (0.1, 2))], p=0.5),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    images = list(torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous())

    def transform(image):
        return view(image), view(image)


print(json.dumps({"version": __import__("torchvision").__version__}), flush=True)
for line in sys.stdin:
    milliseconds = []
    for _ in range(int(line)):
        start = time.perf_counter()
        torch.utils.data.default_collate([transform(image) for image in images])
        milliseconds.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"milliseconds": milliseconds}), flush=True)
