"""Writes src/learn/eval/golden/findings.json with scikit-learn and src/learn/train/golden/findings.json with PyTorch.

    pip install scikit-learn==1.9.1 torch
    python scripts/golden/sklearn_findings.py

Labels of several findings, some of them not known (-1), and what the two make of the known ones; the tests beside those
folders must agree.
"""
import json
import pathlib

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from sklearn import metrics


def clipped(p):
    return np.clip(p, np.finfo(float).eps, 1 - np.finfo(float).eps)


def expected(labels, p):
    known = labels >= 0
    y, q = labels[known], p[known]
    columns = range(labels.shape[1])
    of = lambda k: (labels[known[:, k], k], p[known[:, k], k])
    judged = [k for k in columns if len(set(of(k)[0])) == 2]
    areas = [metrics.roc_auc_score(*of(k)) if k in judged else None for k in columns]
    precisions = [metrics.average_precision_score(*of(k)) if k in judged else None for k in columns]
    logits = np.log(clipped(q) / (1 - clipped(q)))
    loss = lambda t: metrics.log_loss(y, 1 / (1 + np.exp(-logits / t)), labels=[0, 1])
    return {
        "aucByFinding": areas,
        "averagePrecisionByFinding": precisions,
        "auc": float(np.mean([area for area in areas if area is not None])),
        "averagePrecision": float(np.mean([each for each in precisions if each is not None])),
        "accuracy": metrics.accuracy_score(y, (q >= 0.5).astype(int)),
        "loss": metrics.log_loss(y, q, labels=[0, 1]),
        "brier": metrics.brier_score_loss(y, q, scale_by_half=True),
        "temperature": minimize_scalar(loss, bounds=(0.01, 100), method="bounded", options={"xatol": 1e-10}).x,
    }


def draw(seed, shares, count, skill, unknown, steps):
    generator = np.random.default_rng(seed)
    labels = (generator.uniform(size=(count, len(shares))) < shares).astype(int)
    p = 1 / (1 + np.exp(-(generator.normal(size=labels.shape) + skill * (2 * labels - 1))))
    p = np.round(p * steps) / steps if steps else p
    labels[generator.uniform(size=labels.shape) < unknown] = -1
    return labels, p


def case(name, *drawn):
    labels, p = draw(*drawn)
    return {"name": name, "labels": labels.tolist(), "probabilities": p.ravel().tolist(), "expected": expected(labels, p)}


CASES = [
    case("four findings, one rare, some labels not known", 1, [0.5, 0.3, 0.1, 0.04], 120, 1.0, 0.15, 0),
    case("many ties", 2, [0.5, 0.2], 60, 0.8, 0.1, 20),
    case("a finding that no image has", 3, [0.4, 0.0, 0.3], 50, 1.5, 0.2, 0),
    case("no skill", 4, [0.3, 0.3], 80, 0.0, 0.0, 0),
]
root = pathlib.Path(__file__).parents[2] / "src/learn"
(root / "eval/golden/findings.json").write_text(json.dumps(CASES, separators=(",", ":")) + "\n")

generator = np.random.default_rng(5)
logits = torch.tensor(8 * generator.normal(size=(6, 3)), dtype=torch.float64, requires_grad=True)
labels = generator.integers(-1, 2, size=(6, 3))
known = torch.tensor((labels >= 0).astype(float))
target = torch.tensor(np.maximum(labels, 0).astype(float))
summed = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, weight=known, reduction="sum")
loss = summed / known.sum()
loss.backward()
(root / "train/golden/findings.json").write_text(
    json.dumps(
        {
            "logits": logits.detach().numpy().tolist(),
            "labels": labels.tolist(),
            "loss": loss.item(),
            "gradient": logits.grad.numpy().tolist(),
        },
        separators=(",", ":"),
    )
    + "\n"
)
