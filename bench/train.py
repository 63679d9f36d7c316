"""PyTorch as a contestant of bench/train.mjs: python train.py float32|bfloat16 contiguous|channels_last
classification|segmentation NETWORK SIDE BATCH THREADS."""
import contextlib
import json
import resource
import sys
import time

import torch
import torchvision

precision, layout, task, network = sys.argv[1:5]
side, batch, threads = map(int, sys.argv[5:])
torch.set_num_threads(threads)
memory_format = getattr(torch, layout + "_format") if layout == "contiguous" else torch.channels_last
autocast = torch.autocast("cpu", torch.bfloat16) if precision == "bfloat16" else contextlib.nullcontext()

if task == "segmentation":
    import segmentation_models_pytorch

    model = segmentation_models_pytorch.Unet(network, encoder_weights=None, classes=2, decoder_interpolation="bilinear")
    labels = torch.randint(2, (batch, side, side))
else:
    model = getattr(torchvision.models, network)(num_classes=7)
    labels = torch.randint(7, (batch,))
model = model.to(memory_format=memory_format)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
images = torch.randn(batch, 3, side, side).to(memory_format=memory_format)


def loss_of(logits):
    loss = torch.nn.functional.cross_entropy(logits, labels)
    return loss + 1 - soft_dice(logits) if task == "segmentation" else loss


def soft_dice(logits):
    """Of the object, over all pixels of the batch."""
    found, wanted = logits.softmax(1)[:, 1], (labels == 1).float()
    return (2 * (found * wanted).sum() + 1e-5) / (found.sum() + wanted.sum() + 1e-5)


def step():
    optimizer.zero_grad()
    with autocast:
        loss = loss_of(model(images))
    loss.backward()
    optimizer.step()


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    milliseconds, processor = [], []
    for _ in range(int(line)):
        start, used = time.perf_counter(), time.process_time()
        step()
        milliseconds.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - used))
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = {"milliseconds": milliseconds, "processorMilliseconds": processor, "peakBytes": peak}
    print(json.dumps(told), flush=True)
