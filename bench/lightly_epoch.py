"""lightly on PyTorch as a contestant of bench/epoch.mjs:
python lightly_epoch.py '{"precision", "source", "layout", "workers", "threads", "batch", "side", "path"}'.

source "jpeg": lightly's own data set over a folder of files; "packed": one array in memory, the same bytes as our
packed images.
Answers a number of steps with the milliseconds of each, from the end of the one before: waiting for the data loader
counts.
"""
import contextlib
import json
import sys
import time

import numpy
import torch
import torchvision
from lightly.data import LightlyDataset
from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from lightly.transforms import SimCLRTransform
from PIL import Image

given = json.loads(sys.argv[1])
torch.set_num_threads(given["threads"])
torch.manual_seed(0)
layout = torch.channels_last if given["layout"] == "channels_last" else torch.contiguous_format
autocast = contextlib.nullcontext
if given["precision"] == "bfloat16":
    autocast = lambda: torch.autocast("cpu", torch.bfloat16)
transform = SimCLRTransform(input_size=given["side"])


class Packed(torch.utils.data.Dataset):
    """The tensor of a safetensors file that holds one: eight bytes of length, a header in JSON, the bytes."""

    def __init__(self, path):
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            shape = json.loads(file.read(length))["images"]["shape"]
        self.images = numpy.fromfile(path, numpy.uint8, offset=8 + length).reshape(shape)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return transform(Image.fromarray(self.images[index])), 0


dataset = Packed(given["path"]) if given["source"] == "packed" else LightlyDataset(given["path"], transform=transform)
loader = torch.utils.data.DataLoader(
    dataset,
    batch_size=given["batch"],
    shuffle=True,
    drop_last=True,
    num_workers=given["workers"],
    persistent_workers=given["workers"] > 0,
)

backbone = torchvision.models.resnet18()
backbone.fc = torch.nn.Identity()
model = torch.nn.Sequential(backbone, SimCLRProjectionHead(512, 512, 128, batch_norm=False)).to(memory_format=layout)
criterion = NTXentLoss(temperature=0.5)
optimiser = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, weight_decay=1e-4)


def batches():
    while True:
        yield from loader


def step(views):
    # Both views as one batch, as in the paper's code: faster than one after the other.
    with autocast():
        first, second = model(torch.cat(views).to(memory_format=layout)).chunk(2)
    loss = criterion(first.float(), second.float())
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


source = batches()
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    milliseconds = []
    since = time.perf_counter()
    for _ in range(int(line)):
        views = next(source)[0]
        step(views)
        now = time.perf_counter()
        milliseconds.append(1000 * (now - since))
        since = now
    print(json.dumps({"milliseconds": milliseconds}), flush=True)
