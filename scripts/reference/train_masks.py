"""A study of masks in PyTorch: M1 to M4 on the images, masks and split of this project, with its budget.

    python scripts/reference/train_masks.py --data FOLDER --weights resnet18.safetensors --domain skin --seeds 0 1 2 \
        --out reference.json

FOLDER holds images.safetensors, masks.safetensors, masks/, table.csv, dataset.json (ingest-masks) and split.csv
(split). Needs the packages of train.py, segmentation-models-pytorch and monai. The network is
segmentation_models.pytorch's U-Net on ResNet-18, loss and scores are MONAI's, the views are torchvision's; pre-training
is that of train.py.
"""
import argparse
import csv
import json
import math
from pathlib import Path

import monai
import numpy as np
import segmentation_models_pytorch
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file
from torchvision import tv_tensors
from torchvision.transforms import v2

from train import MEAN, STD, encoder, light, optimizer, pretrain, prepared, schedule, strong


class MaskedData:
    def __init__(self, folder: Path):
        self.folder = folder
        self.images = load_file(folder / "images.safetensors")["images"].permute(0, 3, 1, 2).contiguous()
        self.masks = load_file(folder / "masks.safetensors")["masks"]
        self.classes = len(json.loads((folder / "dataset.json").read_text())["classes"])
        with open(folder / "split.csv", newline="") as file:
            split = [(row["subset"], int(row["index"])) for row in csv.DictReader(file)]
        subsets = ("train", "validation", "test")
        self.subset = {name: torch.tensor([i for s, i in split if s == name]) for name in subsets}

    def original(self, index: int) -> torch.Tensor:
        """The mask at the size of its picture."""
        return torch.from_numpy(np.array(Image.open(self.folder / "masks" / f"{index:05d}.png"))).long()


def unet(network: torch.nn.Module, classes: int) -> torch.nn.Module:
    """The U-Net on a torchvision ResNet-18 that may have been pre-trained."""
    model = segmentation_models_pytorch.Unet(
        "resnet18", encoder_weights=None, classes=classes, decoder_interpolation="bilinear"
    )
    model.check_input_shape = lambda _: None
    model.encoder.load_state_dict(network.state_dict())
    return model


def batch_of(data: MaskedData, chosen: torch.Tensor, view) -> tuple[torch.Tensor, torch.Tensor]:
    """Images and masks, moved by the same draws."""
    pairs = [view(tv_tensors.Image(data.images[i].float() / 255), tv_tensors.Mask(data.masks[i])) for i in chosen]
    images = torch.stack([image.clamp(0, 1) for image, _ in pairs])
    return v2.functional.normalize(images, MEAN, STD), torch.stack([mask for _, mask in pairs]).long()


def finetune(network, data: MaskedData, view, *, rate: float, epochs: int, steps: int, batch: int, seed: int):
    """Encoder and decoder, to the last epoch."""
    torch.manual_seed(seed)
    model = unet(network, data.classes)
    train = data.subset["train"]
    per_epoch = math.ceil(len(train) / batch)
    epochs = max(epochs, math.ceil(steps / per_epoch))
    dice = monai.losses.DiceLoss(include_background=False, to_onehot_y=True, softmax=True, batch=True)
    by = optimizer(model.parameters(), rate)
    rates = schedule(by, per_epoch, epochs * per_epoch)
    model.train()
    for _ in range(epochs):
        order = train[torch.randperm(len(train))]
        order = torch.cat([order, order[: per_epoch * batch - len(order)]])
        for i in range(per_epoch):
            images, masks = batch_of(data, order[i * batch : (i + 1) * batch], view)
            logits = model(images)
            loss = F.cross_entropy(logits, masks) + dice(logits, masks.unsqueeze(1))
            by.zero_grad()
            loss.backward()
            by.step()
            rates.step()
    return model


@torch.no_grad()
def outputs(model, data: MaskedData, subset: str) -> torch.Tensor:
    model.eval()
    return torch.cat([model(prepared(images)) for images in data.images[data.subset[subset]].split(64)])


def at_original_size(shares: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Probabilities [C, S, S] of the whole picture within the square, to classes [height, width]."""
    side = shares.shape[-1]
    scale = side / max(width, height)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (side - across) // 2, (side - down) // 2
    shown = shares[:, top : top + down, left : left + across]
    return F.interpolate(shown.unsqueeze(0), (height, width), mode="bilinear")[0].argmax(0)


def scores(data: MaskedData, logits: torch.Tensor) -> dict:
    """Means over images, then over classes, by the rules of docs/tasks.md for empty masks."""
    by_class = [[] for _ in range(data.classes - 1)]
    for index, shares in zip(data.subset["test"].tolist(), logits.softmax(1)):
        wanted = data.original(index)
        found = at_original_size(shares, *wanted.shape)
        for label in range(1, data.classes):
            score = score_of((found == label)[None, None], (wanted == label)[None, None])
            if score is not None:
                by_class[label - 1].append(score)
    means = [np.mean(each, axis=0) for each in by_class if each]
    return dict(zip(("dice", "iou", "nsd", "hd95"), np.mean(means, axis=0).tolist()))


def score_of(found: torch.Tensor, wanted: torch.Tensor) -> list[float] | None:
    diagonal = math.hypot(*wanted.shape[2:])
    if not found.any() or not wanted.any():
        return [0, 0, 0, diagonal] if found.any() or wanted.any() else None
    return [
        monai.metrics.compute_dice(found, wanted, include_background=True).item(),
        monai.metrics.compute_iou(found, wanted, include_background=True).item(),
        monai.metrics.compute_surface_dice(found, wanted, [0.01 * diagonal], include_background=True).item(),
        monai.metrics.compute_hausdorff_distance(found, wanted, include_background=True, percentile=95).item(),
    ]


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
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--pretrain-epochs", type=int, default=40)
    parser.add_argument("--pretrain-rate", type=float, default=0.06)
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--keep", type=int, default=0, help="first stages that SimCLR keeps from ImageNet")
    given = parser.parse_args()

    data = MaskedData(given.data)
    size = data.images.shape[-1]
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
            for rate in given.rates if chosen is None else [chosen]:
                tuned = finetune(network, data, light(given.domain, size), rate=rate, epochs=given.epochs,
                                 steps=given.steps, batch=given.batch, seed=seed)
                masks = data.masks[data.subset["validation"]].long()
                loss = F.cross_entropy(outputs(tuned, data, "validation"), masks).item()
                trials.append({"seed": seed, "rate": rate, "loss": loss, "logits": outputs(tuned, data, "test")})
            if chosen is None:
                chosen = min(trials, key=lambda trial: trial["loss"])["rate"]
            own = next(trial for trial in trials if trial["seed"] == seed and trial["rate"] == chosen)
            results.append({
                "model": model, "seed": seed, "rate": chosen, "masks": scores(data, own["logits"]),
                "trials": [{k: t[k] for k in ("rate", "loss")} for t in trials if t["seed"] == seed],
            })
            print(json.dumps(results[-1]), flush=True)
            text = json.dumps({"settings": vars(given), "results": results}, indent=2, default=str)
            given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
