"""A table of this project's results beside those of train.py, or of train_masks.py.

    python scripts/reference/compare.py metrics.json reference.json

metrics.json is that of the stage evaluate, or of evaluate-masks. A difference of means passes inside its 99 % Welch
interval, or below 0.03 (accuracy, balanced accuracy, Dice, IoU) or 0.02 (AUC). Exit code 1 if one does not.
Needs scipy.
"""
import json
import math
import statistics
import sys
from pathlib import Path

from scipy.stats import t as student

METRICS = {
    **{"accuracy": 0.03, "balancedAccuracy": 0.03, "auc": 0.02, "loss": 0.0},
    **{"dice": 0.03, "iou": 0.03, "nsd": 0.0, "hd95": 0.0},
}
CELLS = {("random", "none"): "M1", ("random", "simclr"): "M2", ("imagenet", "none"): "M3", ("imagenet", "simclr"): "M4"}


def ours(path: Path) -> dict:
    """Mean, standard deviation and number of seeds by (model, kind, metric)."""
    evaluation = json.loads(path.read_text())
    kind = "masks" if evaluation.get("task") == "segmentation" else "finetune"
    rows = [(kind, len(row["seeds"]), row) for row in evaluation["models"]]
    rows += [(row["kind"], row["seeds"], row) for row in evaluation.get("probes", []) if row["labelFraction"] == 1]
    return {
        (CELLS[row["start"], row["pretraining"]], kind, metric): (estimate["mean"], estimate["sd"] or 0.0, seeds)
        for kind, seeds, row in rows
        if (row["start"], row["pretraining"]) in CELLS
        for metric, estimate in row["summary"]["test"].items()
        if metric in METRICS
    }


def reference(path: Path) -> dict:
    results = json.loads(path.read_text())["results"]
    table = {}
    for model in sorted({row["model"] for row in results}):
        own = [row for row in results if row["model"] == model]
        for kind in {"finetune", "linear", "knn", "masks"} & own[0].keys():
            for metric in METRICS.keys() & own[0][kind].keys():
                values = [row[kind][metric] for row in own]
                spread = statistics.stdev(values) if len(values) > 1 else 0.0
                table[model, kind, metric] = (statistics.mean(values), spread, len(values))
    return table


def welch(one: tuple, other: tuple) -> tuple[float, float]:
    """The difference of the means, and half the width of its 99 % interval (infinite for a single seed)."""
    (mean_1, sd_1, n_1), (mean_2, sd_2, n_2) = one, other
    a, b = sd_1**2 / n_1, sd_2**2 / n_2
    if min(n_1, n_2) < 2:
        return mean_1 - mean_2, math.inf
    if a + b == 0:
        return mean_1 - mean_2, 0.0
    degrees = (a + b) ** 2 / (a**2 / (n_1 - 1) + b**2 / (n_2 - 1))
    return mean_1 - mean_2, student.ppf(0.995, degrees) * math.sqrt(a + b)


def main() -> None:
    left, right = ours(Path(sys.argv[1])), reference(Path(sys.argv[2]))
    failed = False
    print("| model | | metric | ours | reference | difference [99 %] | |")
    print("| --- | --- | --- | ---: | ---: | ---: | --- |")
    for key in sorted(left.keys() & right.keys(), key=lambda k: (k[1] not in ("finetune", "masks"), k)):
        model, kind, metric = key
        (mean_1, sd_1, n_1), (mean_2, sd_2, n_2) = left[key], right[key]
        by, half = welch(left[key], right[key])
        inside = abs(by) <= half
        passed = (inside and math.isfinite(half)) or abs(by) < METRICS[metric]
        verdict = "agrees" if passed else "one seed" if math.isinf(half) else "differs"
        failed |= verdict == "differs"
        interval = "no interval" if math.isinf(half) else f"[{by - half:+.3f}, {by + half:+.3f}]"
        print(f"| {model} | {kind} | {metric} | {mean_1:.3f} ± {sd_1:.3f} ({n_1}) | {mean_2:.3f} ± {sd_2:.3f} ({n_2}) "
              f"| {by:+.3f} {interval} | {verdict} |")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
