"""Writes src/learn/nn/golden/<network>-<stem>.json and stages1-3.json with torchvision (pip install torch==2.15.0 torchvision==0.29.2 safetensors==0.8.0).

    python scripts/golden/torchvision_resnets.py [folder of shared/data/weights]

Weights and images come from the formula of formula.py, which the test beside those folders repeats; torchvision computes in double
precision. Tensors are stored as their length and the entries at three places, in the order of the state dictionary.

Where a sum stands at zero, single precision may fall on the other side of a ReLU than double precision does, and every gradient below
then differs in the third digit. So three sets of images are tried, and that is kept of which a millionth more or less changes the
gradients of training least; by how much (of their length) is stored as the sensitivity.
"""
import json
import pathlib
import sys

import torch
import torchvision
from safetensors.torch import load_file

from formula import digits, farthest, fill, folder, images, summary

CLASSES = 5


def network(name, stem):
    made = getattr(torchvision.models, name)(num_classes=CLASSES)
    if stem == "cifar":
        made.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        made.maxpool = torch.nn.Identity()
    state = {key: (fill(key, value).float() if value.is_floating_point() else value) for key, value in made.state_dict().items()}
    made.load_state_dict(state)
    return made.double()


def run(made, pixels, labels, training):
    made.train(training)
    made.zero_grad()
    logits = made(pixels)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    gradients = [summary(name, parameter.grad) for name, parameter in made.named_parameters()]
    return {"logits": digits(logits), "loss": digits(loss)[0], "gradients": gradients}


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
