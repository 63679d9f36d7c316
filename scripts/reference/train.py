"""The study in plain PyTorch and lightly: M1 to M4 on the images and the split of this project, with its budget.

    python scripts/reference/train.py --data FOLDER --weights resnet18.safetensors --domain xray --seeds 0 1 2 3 4 \
        --out reference.json

FOLDER holds images.safetensors, table.csv, dataset.json (ingest) and split.csv (split). Needs torch, torchvision,
lightly, safetensors and scikit-learn. Everything that is compared is written for the purpose: torchvision's ResNet-18,
its transforms, SGD; lightly's NT-Xent loss and projection head; scikit-learn's metrics and logistic regression.
"""
import argparse
import csv
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from safetensors.torch import load_file
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss, roc_auc_score
from torchvision.models import resnet18
from torchvision.transforms import v2

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
PENALTIES = [100, 30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 3e-4, 1e-4]
NEIGHBORS = [1, 5, 10, 20, 50, 100, 200]


class Data:
    def __init__(self, folder: Path):
        self.images = load_file(folder / "images.safetensors")["images"].permute(0, 3, 1, 2).contiguous()
        classes = json.loads((folder / "dataset.json").read_text())["classes"]
        with open(folder / "table.csv", newline="") as file:
            rows = {int(row["index"]): classes.index(row["label"]) for row in csv.DictReader(file)}
        self.labels = torch.tensor([rows[i] for i in range(len(self.images))])
        with open(folder / "split.csv", newline="") as file:
            split = [(row["subset"], int(row["index"])) for row in csv.DictReader(file)]
        subsets = ("train", "validation", "test")
        self.subset = {name: torch.tensor([i for s, i in split if s == name]) for name in subsets}
        self.classes = len(classes)


def strong(domain: str, size: int):
    """The views of SimCLR, as docs/augmentation.md has them."""
    jitter = {"skin": (0.4, 0.4, 0.4, 0.05), "fundus": (0.4, 0.4, 0.2, 0.05), "xray": (0.2, 0.2, 0, 0)}[domain]
    turn = 10 if domain == "xray" else 180
    flips = [] if domain == "xray" else [v2.RandomHorizontalFlip(), v2.RandomVerticalFlip()]
    blur = [v2.RandomApply([v2.GaussianBlur(5, (0.1, 1.0))], 0.5)] if domain == "skin" else []
    crop = v2.RandomResizedCrop(size, (0.2 if domain == "skin" else 0.4, 1.0), antialias=True)
    turned = v2.RandomRotation(turn, interpolation=v2.InterpolationMode.BILINEAR)
    return v2.Compose([turned, crop, *flips, v2.RandomApply([v2.ColorJitter(*jitter)], 0.8), *blur])


def light(domain: str, size: int):
    """The views of fine-tuning."""
    flips = [] if domain == "xray" else [v2.RandomHorizontalFlip(), v2.RandomVerticalFlip()]
    return v2.Compose([v2.RandomResizedCrop(size, (0.8, 1.0), antialias=True), *flips, v2.ColorJitter(0.1, 0.1)])


def prepared(images: torch.Tensor, view=None) -> torch.Tensor:
    """uint8 [B, 3, S, S] to normalized floats; `view` draws its parameters for each image."""
    images = images.float() / 255
    if view is not None:
        images = torch.stack([view(image) for image in images]).clamp(0, 1)
    return v2.functional.normalize(images, MEAN, STD)


def encoder(start: str, weights: Path, seed: int) -> torch.nn.Module:
    """torchvision's ResNet-18 without its classifier; layers that the file lacks stay random."""
    torch.manual_seed(seed)
    network = resnet18()
    network.fc = torch.nn.Identity()
    if start == "imagenet":
        tensors = {name: value for name, value in load_file(weights).items() if not name.startswith("fc.")}
        network.load_state_dict(tensors, strict=False)
    return network


def optimizer(parameters, rate: float) -> torch.optim.Optimizer:
    """SGD with momentum; norms and biases do not decay."""
    parameters = [p for p in parameters if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": 1e-4},
        {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0},
    ]
    return torch.optim.SGD(groups, lr=rate, momentum=0.9)


def schedule(by: torch.optim.Optimizer, warmup: int, steps: int):
    """A linear rise, then half a cosine to zero."""
    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))

    return torch.optim.lr_scheduler.LambdaLR(by, factor)


def pretrain(network, data: Data, view, *, rate: float, epochs: int, batch: int, temperature: float, keep: int):
    """SimCLR on the training images; the stem and the first `keep` stages do not learn."""
    kept = ["conv1", "bn1", *[f"layer{i + 1}" for i in range(keep)]] if keep > 0 else []
    for name, parameter in network.named_parameters():
        parameter.requires_grad = name.split(".")[0] not in kept
    head = SimCLRProjectionHead(512, 512, 128, num_layers=2, batch_norm=False)
    criterion = NTXentLoss(temperature=temperature)
    train = data.subset["train"]
    per_epoch = len(train) // batch
    by = optimizer([*network.parameters(), *head.parameters()], rate)
    rates = schedule(by, 2 * per_epoch, epochs * per_epoch)
    network.train()
    for _ in range(epochs):
        order = train[torch.randperm(len(train))]
        for i in range(per_epoch):
            images = data.images[order[i * batch : (i + 1) * batch]]
            views = torch.cat([prepared(images, view), prepared(images, view)])
            first, second = head(network(views)).chunk(2)
            loss = criterion(first, second)
            by.zero_grad()
            loss.backward()
            by.step()
            rates.step()
    for parameter in network.parameters():
        parameter.requires_grad = True
    return network


def finetune(network, data: Data, view, *, rate: float, epochs: int, steps: int, seed: int):
    """All layers and a new classifier, to the last epoch."""
    torch.manual_seed(seed)
    train = data.subset["train"]
    batch = 16 if len(train) < 500 else 32
    per_epoch = math.ceil(len(train) / batch)
    epochs = max(epochs, math.ceil(steps / per_epoch))
    head = torch.nn.Linear(512, data.classes)
    torch.nn.init.normal_(head.weight, std=0.01)
    torch.nn.init.zeros_(head.bias)
    model = torch.nn.Sequential(network, head)
    by = optimizer(model.parameters(), rate)
    rates = schedule(by, per_epoch, epochs * per_epoch)
    for _ in range(epochs):
        model.train()
        order = train[torch.randperm(len(train))]
        order = torch.cat([order, order[: per_epoch * batch - len(order)]])
        for i in range(per_epoch):
            chosen = order[i * batch : (i + 1) * batch]
            loss = F.cross_entropy(model(prepared(data.images[chosen], view)), data.labels[chosen])
            by.zero_grad()
            loss.backward()
            by.step()
            rates.step()
    return model


@torch.no_grad()
def outputs(model, data: Data, subset: str) -> torch.Tensor:
    model.eval()
    return torch.cat([model(prepared(images)) for images in data.images[data.subset[subset]].split(64)])


def log_loss_after_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    temperatures = torch.logspace(-2, 2, 401)
    return min(F.cross_entropy(logits / t, labels).item() for t in temperatures)


def scores(probabilities: np.ndarray, labels: np.ndarray) -> dict:
    several = probabilities.shape[1] > 2
    predicted = probabilities.argmax(1)
    ranked = probabilities if several else probabilities[:, 1]
    return {
        "accuracy": accuracy_score(labels, predicted),
        "balancedAccuracy": balanced_accuracy_score(labels, predicted),
        "auc": roc_auc_score(labels, ranked, multi_class="ovr"),
        "loss": log_loss(labels, probabilities, labels=range(probabilities.shape[1])),
    }


def linear_probe(features: dict, labels: dict) -> dict:
    """Logistic regression on standardized features; the penalty by validation log loss."""
    mean, std = features["train"].mean(0), features["train"].std(0)
    scaled = {name: (x - mean) / np.where(std > 0, std, 1) for name, x in features.items()}
    tried = []
    for l2 in PENALTIES:
        fit = LogisticRegression(C=1 / (len(labels["train"]) * l2), max_iter=2000)
        fit.fit(scaled["train"], labels["train"])
        tried.append((log_loss(labels["validation"], fit.predict_proba(scaled["validation"])), fit))
    fit = min(tried, key=lambda each: each[0])[1]
    return scores(fit.predict_proba(scaled["test"]), labels["test"])


def knn_probe(features: dict, labels: dict, classes: int) -> dict:
    """Votes of the nearest by cosine, weighted by exp(cosine / 0.1); k by validation log loss."""
    unit = {name: x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for name, x in features.items()}
    frequency = np.bincount(labels["train"], minlength=classes) / len(labels["train"])

    def votes(subset: str, k: int) -> np.ndarray:
        cosines = unit[subset] @ unit["train"].T
        nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
        near = np.take_along_axis(cosines, nearest, 1)
        weights = np.exp((near - near[:, :1]) / 0.1)
        total = weights[:, -1:] * frequency
        for c in range(classes):
            total[:, c] += (weights * (labels["train"][nearest] == c)).sum(1)
        return total / total.sum(1, keepdims=True)

    sizes = [k for k in NEIGHBORS if k <= len(labels["train"])]
    best = min(sizes, key=lambda k: log_loss(labels["validation"], votes("validation", k), labels=range(classes)))
    return scores(votes("test", best), labels["test"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--domain", choices=["skin", "xray", "fundus"], required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--models", nargs="+", default=["M1", "M2", "M3", "M4"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--rates", nargs="+", type=float, default=[0.001, 0.003, 0.01, 0.03])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--pretrain-epochs", type=int, default=40)
    parser.add_argument("--pretrain-rate", type=float, default=0.06)
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--keep", type=int, default=0, help="first stages that SimCLR keeps from ImageNet")
    given = parser.parse_args()

    data = Data(given.data)
    size = data.images.shape[-1]
    labels = {name: data.labels[index].numpy() for name, index in data.subset.items()}
    results = []
    for model in given.models:
        start = "random" if model in ("M1", "M2") else "imagenet"
        chosen, trials = None, []
        for seed in given.seeds:
            network = encoder(start, given.weights, seed)
            if model in ("M2", "M4"):
                keep = given.keep if start == "imagenet" else 0
                pretrain(network, data, strong(given.domain, size), rate=given.pretrain_rate, keep=keep,
                         epochs=given.pretrain_epochs, batch=64, temperature=given.temperature)
            features = {name: outputs(network, data, name).numpy() for name in data.subset}
            first = {name: value.clone() for name, value in network.state_dict().items()}
            for rate in given.rates if chosen is None else [chosen]:
                network.load_state_dict(first)
                tuned = finetune(network, data, light(given.domain, size), rate=rate, epochs=given.epochs,
                                 steps=given.steps, seed=seed)
                logits = {name: outputs(tuned, data, name) for name in ("validation", "test")}
                loss = log_loss_after_temperature(logits["validation"], torch.tensor(labels["validation"]))
                trials.append({"seed": seed, "rate": rate, "loss": loss, "logits": logits["test"]})
            if chosen is None:
                chosen = min(trials, key=lambda trial: trial["loss"])["rate"]
            own = next(trial for trial in trials if trial["seed"] == seed and trial["rate"] == chosen)
            results.append({
                "model": model, "seed": seed, "rate": chosen,
                "finetune": scores(F.softmax(own["logits"], 1).numpy(), labels["test"]),
                "linear": linear_probe(features, labels),
                "knn": knn_probe(features, labels, data.classes),
                "trials": [{k: t[k] for k in ("rate", "loss")} for t in trials if t["seed"] == seed],
            })
            print(json.dumps(results[-1]), flush=True)
            text = json.dumps({"settings": vars(given), "results": results}, indent=2, default=str)
            given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
