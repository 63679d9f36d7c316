"""Writes src/learn/eval/golden/metrics.json with scikit-learn (pip install scikit-learn==1.9.1).

    python scripts/golden/sklearn_metrics.py

Each case holds labels and probabilities and what scikit-learn makes of them; the tests beside that folder must agree.
"""
import json
import pathlib
import warnings

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from sklearn import metrics

warnings.simplefilter("ignore")  # absent classes are on purpose


def probabilities(generator, labels, classes, skill, steps):
    """Multiples of 1/steps, so that ties are common and rows sum to 1 exactly enough."""
    logits = generator.normal(size=(len(labels), classes)) + skill * np.eye(classes)[labels]
    soft = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    coarse = np.floor(soft * steps)
    coarse[np.arange(len(labels)), soft.argmax(axis=1)] += steps - coarse.sum(axis=1)
    return coarse / steps


def expected(labels, p, classes):
    predicted = p.argmax(axis=1)
    every = list(range(classes))
    one_hot = np.eye(classes)[labels]
    present = [k for k in every if 0 < one_hot[:, k].sum() < len(labels)]
    areas = [metrics.roc_auc_score(one_hot[:, k], p[:, k]) if k in present else None for k in every]
    average_precisions = [metrics.average_precision_score(one_hot[:, k], p[:, k]) if one_hot[:, k].any() else None for k in every]
    precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predicted, labels=every, zero_division=np.nan)
    return {
        "accuracy": metrics.accuracy_score(labels, predicted),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, predicted),
        "auc": float(np.mean([area for area in areas if area is not None])),
        "averagePrecision": float(np.mean([each for each in average_precisions if each is not None])),
        "roc": [[fpr.tolist(), tpr.tolist()] for fpr, tpr, _ in (metrics.roc_curve(one_hot[:, k], p[:, k], drop_intermediate=False) for k in present)],
        "precisionRecall": [[recall.tolist(), precision.tolist()] for precision, recall, _ in (metrics.precision_recall_curve(one_hot[:, k], p[:, k]) for k in present)],
        "temperature": temperature(labels, p),
        "macroF1": metrics.f1_score(labels, predicted, average="macro"),
        "loss": metrics.log_loss(labels, p, labels=every),
        "brier": metrics.brier_score_loss(labels, p, labels=every, scale_by_half=False),
        "kappa": metrics.cohen_kappa_score(labels, predicted, labels=every, weights="quadratic"),
        "confusion": metrics.confusion_matrix(labels, predicted, labels=every).tolist(),
        "precision": [None if np.isnan(x) else x for x in precision],
        "recall": [None if np.isnan(x) else x for x in recall],
        "f1": [None if np.isnan(x) else x for x in f1],
        "aucByClass": areas,
        "averagePrecisionByClass": average_precisions,
        "support": support.tolist(),
    }


def temperature(labels, p):
    """The temperature with the smallest log loss of p^(1/T), by scipy's bounded search; probabilities of 0 count as 1.4e-45, the least of float32."""
    logs = np.log(np.maximum(p, 1.4e-45))

    def loss(t):
        scaled = logs / t
        return float(np.mean(logsumexp(scaled, axis=1) - scaled[np.arange(len(labels)), labels]))

    return minimize_scalar(loss, bounds=(0.01, 100), method="bounded", options={"xatol": 1e-10}).x


def case(name, seed, frequencies, count, skill, steps):
    generator = np.random.default_rng(seed)
    classes = len(frequencies)
    labels = generator.choice(classes, size=count, p=frequencies)
    p = probabilities(generator, labels, classes, skill, steps)
    return {"name": name, "classes": classes, "labels": labels.tolist(), "probabilities": p.ravel().tolist(), "expected": expected(labels, p, classes)}


CASES = [
    case("four classes, imbalanced", 1, [0.6, 0.2, 0.15, 0.05], 80, 1.5, 1000),
    case("two classes, many ties", 2, [0.7, 0.3], 60, 1.0, 10),
    case("five grades, one of them absent", 3, [0.4, 0.1, 0.3, 0.2, 0.0], 60, 1.2, 100),
    case("probabilities of 0 and 1", 4, [0.3, 0.3, 0.4], 40, 3.0, 4),
    case("no skill", 5, [0.5, 0.25, 0.25], 50, 0.0, 1000),
]

target = pathlib.Path(__file__).parents[2] / "src/learn/eval/golden/metrics.json"
target.write_text(json.dumps(CASES, separators=(",", ":")) + "\n")
