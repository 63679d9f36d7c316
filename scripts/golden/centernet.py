"""Writes src/learn/nn/golden/detector-<network>-<size>.json with segmentation_models.pytorch
(pip install torch==2.15.0 torchvision==0.29.2 segmentation-models-pytorch==0.6.0 safetensors==0.8.0).

    python scripts/golden/centernet.py

The encoder and all but the last block of the decoder are those of smp_unet.py, the heads those of CenterNet: 3x3, ReLU, 1x1.
Weights, images and summaries come from formula.py. The loss is CenterNet's, with log-sigmoids instead of clamped
sigmoids, and with logarithms of sizes.
"""
import json
import zlib

import segmentation_models_pytorch
import torch
from torch import nn
from torch.nn import functional as F

from formula import PLACES, digits, farthest, fill, folder, images, summary, values

CLASSES = 2
HIDDEN = 64


class Detector(nn.Module):
    def __init__(self, name):
        super().__init__()
        unet = segmentation_models_pytorch.Unet(name, encoder_weights=None, classes=1, decoder_interpolation="bilinear")
        self.encoder, self.blocks = unet.encoder, unet.decoder.blocks[:-1]
        width = self.blocks[-1].conv2[0].out_channels
        head = lambda outputs: nn.Sequential(nn.Conv2d(width, HIDDEN, 3, padding=1), nn.ReLU(), nn.Conv2d(HIDDEN, outputs, 1))
        self.centers, self.offsets, self.sizes = head(CLASSES), head(2), head(2)

    def forward(self, pixels):
        *skips, x = self.encoder(pixels)
        for block, skip in zip(self.blocks, reversed(skips)):
            x = block(x, *skip.shape[2:], skip_connection=skip)
        return torch.cat([self.centers(x), self.offsets(x), self.sizes(x)], dim=1)


def named(key):
    """The names of this project: torchvision's in the encoder, smp's in the decoder."""
    return f"decoder.{key}" if key.startswith("blocks.") else key.removeprefix("encoder.")


def network(name):
    made = Detector(name)
    made.load_state_dict({key: (fill(named(key), value).float() if value.is_floating_point() else value) for key, value in made.state_dict().items()})
    return made.double()


def targets(batch, cells):
    """Centers in one of 40 cells, of these half with a box."""
    drawn = lambda name, channels: values(name, batch * cells * cells * channels).reshape(batch, cells, cells, channels).permute(0, 3, 1, 2)
    near = (drawn("centers", CLASSES) + 1) / 2
    centers = torch.where(near > 0.975, torch.ones_like(near), near)
    has = (centers == 1).any(1, keepdim=True).double()
    weights = torch.cat([has, has * (drawn("boxes", 1) > 0)], dim=1)
    return centers, drawn("places", 4), weights


def loss_of(maps, wanted):
    centers, places, weights = wanted
    logits = maps[:, :CLASSES]
    is_center = centers == 1
    probability = torch.sigmoid(logits)
    hits = (1 - probability) ** 2 * F.logsigmoid(logits) * is_center
    misses = (1 - centers) ** 4 * probability**2 * F.logsigmoid(-logits) * ~is_center
    focal = -(hits + misses).sum() / is_center.sum().clamp(min=1)
    error = lambda at: ((maps[:, CLASSES + 2 * at : CLASSES + 2 * at + 2] - places[:, 2 * at : 2 * at + 2]).abs() * weights[:, at : at + 1]).sum() / (2 * weights[:, at].sum()).clamp(min=1)
    return focal + error(0) + error(1)


def run(made, pixels, wanted, training):
    made.train(training)
    made.zero_grad()
    maps = made(pixels)
    loss = loss_of(maps, wanted)
    loss.backward()
    gradients = [summary(named(name), parameter.grad) for name, parameter in made.named_parameters()]
    places = [zlib.crc32(f"logits {i}".encode()) % maps.numel() for i in range(10 * PLACES)]
    found = maps.permute(0, 2, 3, 1).flatten()[places]
    return {"logits": digits(found), "loss": digits(loss)[0], "gradients": gradients}


if __name__ == "__main__":
    for name, batch, size in (("resnet18", 4, 64), ("resnet18", 4, 28)):
        wanted = targets(batch, size // 2)
        cases = []
        for attempt in range(3):
            drawn = f"images {attempt}"
            pixels = images(drawn, batch, size)
            made = network(name)
            case = {"network": name, "images": drawn, "batch": batch, "size": size, "names": [named(key) for key, _ in made.named_parameters()]}
            case |= {"evaluation": run(made, pixels, wanted, False), "training": run(made, pixels, wanted, True)}
            moved = pixels + 1e-6 * images(f"moved {attempt}", batch, size)
            case["sensitivity"] = digits(torch.tensor(farthest(case["training"], run(network(name), moved, wanted, True))))[0]
            cases.append(case)
        case = min(cases, key=lambda case: case["sensitivity"])
        path = folder / f"detector-{name}-{size}.json"
        path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
        print(path.name, path.stat().st_size, "bytes, sensitivity", case["sensitivity"], "loss", case["evaluation"]["loss"], case["training"]["loss"], flush=True)
