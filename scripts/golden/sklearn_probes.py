"""Writes src/learn/train/golden/probes.json with scikit-learn (pip install scikit-learn==1.9.1).

    python scripts/golden/sklearn_probes.py

Features and labels, and what LogisticRegression and KNeighborsClassifier make of them; the tests beside that folder must agree.
"""
import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

VOTE_TEMPERATURE = 0.1


def features(generator, labels, width, centers):
    # Unequal scales, and one constant column, as pooled activations have them.
    scales = np.exp(generator.normal(size=width))
    rows = np.maximum(0, scales * (centers[labels] + generator.normal(size=(len(labels), width))))
    rows[:, -1] = 0.5
    return rows.astype(np.float32)


def case(name, seed, frequencies, count, width):
    generator = np.random.default_rng(seed)
    classes = len(frequencies)
    centers = generator.normal(size=(classes, width))
    labels = generator.choice(classes, size=2 * count, p=frequencies)
    x = features(generator, labels, width, centers)
    training, asked = slice(0, count), slice(count, None)
    scaler = StandardScaler().fit(x[training].astype(np.float64))
    linear = {}
    for l2 in (1, 0.01):
        model = LogisticRegression(C=1 / (count * l2), tol=1e-12, max_iter=100_000)
        model.fit(scaler.transform(x[training].astype(np.float64)), labels[training])
        assert list(model.classes_) == list(range(classes))
        linear[str(l2)] = {"coefficients": model.coef_.ravel().tolist(), "probabilities": model.predict_proba(scaler.transform(x[asked].astype(np.float64))).ravel().tolist()}
    knn = {}
    for k in (5, 20):
        model = KNeighborsClassifier(k, metric="cosine", weights=lambda distances: np.exp((1 - distances) / VOTE_TEMPERATURE), algorithm="brute")
        model.fit(x[training].astype(np.float64), labels[training])
        knn[str(k)] = model.predict_proba(x[asked].astype(np.float64)).ravel().tolist()
    rounded = lambda values: [float(f"{v:.9g}") for v in values]
    return {
        "name": name, "classes": classes, "width": width,
        "training": {"features": rounded(x[training].ravel()), "labels": labels[training].tolist()},
        "asked": {"features": rounded(x[asked].ravel()), "labels": labels[asked].tolist()},
        "linear": linear, "knn": knn,
    }


CASES = [
    case("three classes", 1, [0.5, 0.3, 0.2], 60, 8),
    case("five classes, more features than images of most", 2, [0.4, 0.3, 0.1, 0.1, 0.1], 50, 20),
]

target = pathlib.Path(__file__).parents[2] / "src/learn/train/golden/probes.json"
target.write_text(json.dumps(CASES, separators=(",", ":")) + "\n")
