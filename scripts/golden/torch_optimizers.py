"""Writes src/learn/nn/golden/optimizers.json with PyTorch and lightly (pip install torch==2.15.0 lightly==1.6.0).

    python scripts/golden/torch_optimizers.py

Trajectories in double precision of a matrix and a vector whose gradients, curvature * value + slope * cos(step), differ in every
entry and step. The matrix decays, the vector does not.
"""
import json
import math
import pathlib

import torch
from lightly.models.utils import update_momentum
from lightly.utils.lars import LARS
from lightly.utils.scheduler import cosine_schedule
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

STEPS, WARM_UP, RATE = 20, 4, 0.1
START = {"weight": [[0.5, -2.0, 0.1], [1.5, 0.7, -0.3]], "bias": [0.3, 1.0, -0.4]}
CURVATURE = {"weight": [[0.4, 1.9, 3.0], [0.1, 2.2, 0.8]], "bias": [1.1, 0.3, 2.5]}
SLOPE = {"weight": [[1.0, -0.5, 0.2], [-2.0, 0.6, 3.0]], "bias": [-0.7, 2.0, 0.4]}


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def digits(values):
    return [float(f"{value:.8g}") for value in values.flatten().tolist()]


def trajectory(make, clip=None, parallel=False, constant=False):
    """`parallel`: gradients along the values themselves."""
    params = {name: torch.nn.Parameter(tensor(value)) for name, value in START.items()}
    optimizer = make([params["weight"]], [params["bias"]])
    rises = LinearLR(optimizer, 1 / WARM_UP, 1, WARM_UP - 1)
    schedule = SequentialLR(optimizer, [rises, CosineAnnealingLR(optimizer, STEPS - WARM_UP)], [WARM_UP])
    rows, rates = {"weight": [], "bias": []}, []
    for step in range(STEPS):
        for name, param in params.items():
            scale = 1 + step % 3 if parallel else tensor(CURVATURE[name])
            param.grad = scale * param.detach() + (0 if parallel else tensor(SLOPE[name]) * math.cos(step))
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(params.values(), clip)
        if constant:
            for group in optimizer.param_groups:
                group["lr"] = RATE
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
        for name, param in params.items():
            rows[name].append(digits(param))
    return {**rows, "rates": digits(tensor(rates))}


def sgd(nesterov, decay):
    return lambda weight, bias: torch.optim.SGD([{"params": weight, "weight_decay": decay}, {"params": bias, "weight_decay": 0}], lr=RATE, momentum=0.9, nesterov=nesterov)


def adamw(decay):
    return lambda weight, bias: torch.optim.AdamW([{"params": weight, "weight_decay": decay}, {"params": bias, "weight_decay": 0}], lr=RATE)


def lars(decay):
    return lambda weight, bias: LARS([{"params": weight, "weight_decay": decay}, {"params": bias, "weight_decay": 0}], lr=RATE, momentum=0.9)


def averages():
    current, average = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    with torch.no_grad():
        for name, value in (("weight", START["weight"]), ("bias", START["bias"][:2])):
            getattr(current, name).copy_(torch.tensor(value))
            getattr(average, name).copy_(torch.tensor(CURVATURE[name])[: len(value)])
    # lightly ends at the last of so many steps; BYOL's K steps end at step K.
    momenta = [cosine_schedule(step, STEPS + 1, 0.9, 1) for step in range(STEPS)]
    rows = []
    for momentum in momenta:
        update_momentum(current, average, momentum)
        with torch.no_grad():
            current.weight.mul_(-0.9)
        rows.append(digits(average.weight.detach()))
    return {"momenta": digits(tensor(momenta)), "weight": rows}


golden = {
    "start": START, "curvature": CURVATURE, "slope": SLOPE, "steps": STEPS, "warmUp": WARM_UP, "rate": RATE,
    "trajectories": {
        "sgd": trajectory(sgd(False, 0)),
        "sgd, decay": trajectory(sgd(False, 0.01)),
        "sgd, decay, Nesterov": trajectory(sgd(True, 0.01)),
        "sgd, clipped": trajectory(sgd(False, 0), clip=2.0),
        "adamw": trajectory(adamw(0)),
        "adamw, decay": trajectory(adamw(0.05)),
        # With gradients along the values and a constant rate, lightly's variant equals that of SimCLR's authors.
        "lars, decay, parallel": trajectory(lars(0.05), parallel=True, constant=True),
    },
    "average": averages(),
}
path = pathlib.Path(__file__).parents[2] / "src/learn/nn/golden/optimizers.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
