"""Writes src/learn/nn/golden/<network>-<stem>.json and stages1-3.json with torchvision (pip install torch==2.15.0 torchvision==0.29.2 safetensors==0.8.0).

    python scripts/golden/torchvision_resnets.py [folder of shared/data/weights]

Weights and images come from the formula of `values`, which the test beside those folders repeats; torchvision computes in double
precision. Tensors are stored as their length and the entries at three places, in the order of the state dictionary.

Where a sum stands at zero, single precision may fall on the other side of a ReLU than double precision does, and every gradient below
then differs in the third digit. So three sets of images are tried, and that is kept of which a millionth more or less changes the
gradients of training least; by how much (of their length) is stored as the sensitivity.
"""
import json
import pathlib
import sys
import zlib

import numpy as np
import torch
import torchvision
from safetensors.torch import load_file

CLASSES = 5
PLACES = 3
folder = pathlib.Path(__file__).parents[2] / "src/learn/nn/golden"
folder.mkdir(exist_ok=True)


def values(name, size):
    """Numbers in -1..1 that depend on the name and the place alone: MurmurHash3's finaliser of both."""
    x = np.arange(size, dtype=np.uint32) + np.uint32(zlib.crc32(name.encode()))
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    x ^= x >> np.uint32(16)
    return torch.from_numpy(x.astype(np.float64) / 2**31 - 1).float().double()


def fill(name, like):
    """Convolutions of variance 1 / fan-in, norms near the identity, so that no layer dies and none explodes; short branches in the deepest network."""
    drawn = values(name, like.numel()).reshape(like.shape)
    if name.endswith("running_var"):
        return 1 + 0.5 * drawn
    if name.endswith("running_mean"):
        return 0.1 * drawn
    if name.endswith("bn3.weight"):
        return 0.2 + 0.1 * drawn
    if like.dim() == 1:
        return 1 + 0.3 * drawn if name.endswith("weight") else 0.1 * drawn
    return drawn * (3 / like[0].numel()) ** 0.5


def network(name, stem):
    made = getattr(torchvision.models, name)(num_classes=CLASSES)
    if stem == "cifar":
        made.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        made.maxpool = torch.nn.Identity()
    state = {key: (fill(key, value).float() if value.is_floating_point() else value) for key, value in made.state_dict().items()}
    made.load_state_dict(state)
    return made.double()


def images(name, batch, size):
    return values(name, batch * size * size * 3).reshape(batch, size, size, 3).permute(0, 3, 1, 2)


def digits(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def summary(name, tensor):
    places = [zlib.crc32(f"{name} {i}".encode()) % tensor.numel() for i in range(PLACES)]
    return digits(torch.cat([tensor.norm().reshape(1), tensor.flatten()[places]]))


def run(made, pixels, labels, training):
    made.train(training)
    made.zero_grad()
    logits = made(pixels)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    gradients = [summary(name, parameter.grad) for name, parameter in made.named_parameters()]
    return {"logits": digits(logits), "loss": digits(loss)[0], "gradients": gradients}


def farthest(a, b):
    """Between gradients, as a share of each one's length."""
    return max(abs(x - y) / one[0] for one, other in zip(a["gradients"], b["gradients"]) for x, y in zip(one, other))


for name, stem, batch, size in (("resnet18", "imagenet", 4, 64), ("resnet18", "cifar", 4, 16), ("resnet34", "imagenet", 4, 64), ("resnet50", "imagenet", 4, 64)):
    labels = torch.arange(batch) * 2 % CLASSES
    cases = []
    for attempt in range(3):
        made = network(name, stem)
        drawn = f"images {attempt}"
        pixels = images(drawn, batch, size)
        case = {"network": name, "stem": stem, "images": drawn, "batch": batch, "size": size, "evaluation": run(made, pixels, labels, False), "training": run(made, pixels, labels, True)}
        case["statistics"] = [summary(key, value) for key, value in made.state_dict().items() if "running" in key]
        moved = pixels + 1e-6 * images(f"moved {attempt}", batch, size)
        case["sensitivity"] = digits(torch.tensor(farthest(case["training"], run(network(name, stem), moved, labels, True))))[0]
        cases.append(case)
    case = min(cases, key=lambda case: case["sensitivity"])
    path = folder / f"{name}-{stem}.json"
    path.write_text(json.dumps(case, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size, "bytes, sensitivity", case["sensitivity"], "loss", case["evaluation"]["loss"], case["training"]["loss"], flush=True)

if len(sys.argv) > 1:
    made = torchvision.models.resnet18()
    missing, unexpected = made.load_state_dict({key: value.float() for key, value in load_file(next(pathlib.Path(sys.argv[1]).glob("*.safetensors"))).items()}, strict=False)
    print("missing", missing, "unexpected", unexpected)
    made.double().eval()
    x = images("images", 2, 64)
    x = made.maxpool(made.relu(made.bn1(made.conv1(x))))
    features = made.layer3(made.layer2(made.layer1(x))).mean((2, 3))
    (folder / "stages1-3.json").write_text(json.dumps({"batch": 2, "size": 64, "features": digits(features)}, separators=(",", ":")) + "\n")
