"""Writes src/learn/nn/golden/unet-<network>-<size>.json with segmentation_models.pytorch and MONAI
(pip install torch==2.15.0 torchvision==0.29.2 segmentation-models-pytorch==0.6.0 monai==1.6.1 safetensors==0.8.0).

    python scripts/golden/smp_unet.py

Weights, images and summaries are those of torchvision_resnets.py, and so is the choice among several sets of images. Masks come
from the same formula. The loss is the cross entropy plus MONAI's soft Dice loss over all pixels of the batch, background left out.
"""
import json
import zlib

import monai
import segmentation_models_pytorch
import torch

from formula import PLACES, digits, farthest, fill, folder, images, summary, values

CLASSES = 3


def named(key):
    """The names of this project: those of torchvision in the encoder."""
    return key.removeprefix("encoder.")


def network(name):
    made = segmentation_models_pytorch.Unet(name, encoder_weights=None, classes=CLASSES, decoder_interpolation="bilinear")
    made.check_input_shape = lambda _: None  # the sizes of skips are met for images of any side
    made.load_state_dict({key: (fill(named(key), value).float() if value.is_floating_point() else value) for key, value in made.state_dict().items()})
    return made.double()


def masks(name, batch, size):
    return ((values(name, batch * size * size) + 1) / 2 * CLASSES).long().clamp(0, CLASSES - 1).reshape(batch, size, size)


def loss_of(logits, wanted):
    dice = monai.losses.DiceLoss(include_background=False, to_onehot_y=True, softmax=True, batch=True)
    return torch.nn.functional.cross_entropy(logits, wanted) + dice(logits, wanted.unsqueeze(1))


def run(made, pixels, wanted, training):
    made.train(training)
    made.zero_grad()
    logits = made(pixels)
    loss = loss_of(logits, wanted)
    loss.backward()
    gradients = [summary(named(name), parameter.grad) for name, parameter in made.named_parameters()]
    places = [zlib.crc32(f"logits {i}".encode()) % logits.numel() for i in range(10 * PLACES)]
    found = logits.permute(0, 2, 3, 1).flatten()[places]
    return {"logits": digits(found), "loss": digits(loss)[0], "gradients": gradients}


if __name__ == "__main__":
    for name, batch, size in (("resnet18", 4, 64), ("resnet18", 4, 28), ("resnet50", 4, 64)):
        wanted = masks("masks", batch, size)
        cases = []
        for attempt in range(3):
            drawn = f"images {attempt}"
            pixels = images(drawn, batch, size)
            made = network(name)
            case = {"network": name, "images": drawn, "batch": batch, "size": size, "names": [named(key) for key, _ in made.named_parameters()]}
            case |= {"evaluation": run(made, pixels, wanted, False), "training": run(made, pixels, wanted, True)}
            case["statistics"] = {named(key): summary(named(key), value) for key, value in made.state_dict().items() if key.startswith("decoder") and "running" in key}
            moved = pixels + 1e-6 * images(f"moved {attempt}", batch, size)
            case["sensitivity"] = digits(torch.tensor(farthest(case["training"], run(network(name), moved, wanted, True))))[0]
            cases.append(case)
        case = min(cases, key=lambda case: case["sensitivity"])
        path = folder / f"unet-{name}-{size}.json"
        path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
        print(path.name, path.stat().st_size, "bytes, sensitivity", case["sensitivity"], "loss", case["evaluation"]["loss"], case["training"]["loss"], flush=True)
