"""Writes src/learn/eval/golden/masks.json with MONAI and torchmetrics
(pip install torch==2.15.0 monai==1.6.1 torchmetrics==1.9.0 numpy==2.4.6 scipy==1.17.1).

    python scripts/golden/monai_masks.py

Pairs of masks as rows of digits, with their Dice, IoU, normalized surface distance (tolerance: 1 % of the diagonal) and 95 %
Hausdorff distance of each class. Dice and IoU are MONAI's; torchmetrics must agree.
"""
import json
import pathlib

import monai
import numpy as np
import torch
import torchmetrics

path = pathlib.Path(__file__).parents[2] / "src/learn/eval/golden/masks.json"


def ellipses(width, height, *shapes):
    """Each shape: class, center, radii."""
    y, x = np.mgrid[:height, :width]
    mask = np.zeros((height, width), dtype=np.int64)
    for label, cx, cy, rx, ry in shapes:
        mask[((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1] = label
    return mask


def speckled(mask, share, seed):
    """Some pixels belong to another class."""
    drawn = np.random.default_rng(seed)
    return np.where(drawn.random(mask.shape) < share, drawn.integers(0, mask.max() + 1, mask.shape), mask)


PAIRS = {
    "two that overlap": (ellipses(40, 30, (1, 18, 14, 9, 7)), ellipses(40, 30, (1, 22, 16, 10, 6))),
    "equal": (ellipses(24, 24, (1, 11, 12, 8, 5)), ellipses(24, 24, (1, 11, 12, 8, 5))),
    "apart": (ellipses(50, 20, (1, 8, 9, 5, 6)), ellipses(50, 20, (1, 40, 10, 6, 4))),
    "beyond the picture": (ellipses(30, 26, (1, 0, 3, 9, 8)), ellipses(30, 26, (1, 2, 0, 12, 9))),
    "the whole picture": (ellipses(20, 16, (1, 10, 8, 99, 99)), ellipses(20, 16, (1, 10, 8, 7, 5))),
    "a single pixel": (ellipses(33, 21, (1, 30, 18, 0.5, 0.5)), ellipses(33, 21, (1, 12, 10, 6, 6))),
    "a hole": (ellipses(36, 36, (1, 18, 18, 14, 14), (0, 18, 18, 6, 6)), ellipses(36, 36, (1, 18, 18, 13, 15))),
    "several pieces": (ellipses(48, 40, (1, 9, 9, 6, 6), (1, 38, 30, 7, 5)), ellipses(48, 40, (1, 10, 10, 6, 5))),
    "specks": (speckled(ellipses(45, 35, (1, 20, 15, 12, 10)), 0.06, 1), ellipses(45, 35, (1, 21, 17, 11, 11))),
    "three classes": (
        speckled(ellipses(60, 44, (1, 20, 20, 14, 12), (2, 20, 20, 6, 5), (3, 48, 34, 7, 6)), 0.02, 2),
        ellipses(60, 44, (1, 22, 21, 14, 13), (2, 18, 22, 6, 6), (3, 46, 30, 8, 8)),
    ),
}


def scores(found, wanted):
    classes = int(max(found.max(), wanted.max())) + 1
    hot = [torch.nn.functional.one_hot(torch.from_numpy(mask), classes).permute(2, 0, 1).unsqueeze(0) for mask in (found, wanted)]
    tolerance = 0.01 * float(np.hypot(*found.shape))
    dice = monai.metrics.compute_dice(*hot, include_background=False)[0]
    iou = monai.metrics.compute_iou(*hot, include_background=False)[0]
    nsd = monai.metrics.compute_surface_dice(*hot, class_thresholds=[tolerance] * (classes - 1), include_background=False)[0]
    hausdorff = monai.metrics.compute_hausdorff_distance(*hot, include_background=False, percentile=95)[0]
    for label in range(1, classes):
        pair = [torch.from_numpy(mask == label).int() for mask in (found, wanted)]
        assert abs(float(torchmetrics.functional.classification.binary_f1_score(*pair)) - float(dice[label - 1])) < 1e-6
        assert abs(float(torchmetrics.functional.classification.binary_jaccard_index(*pair)) - float(iou[label - 1])) < 1e-6
    return [
        {"dice": float(d), "iou": float(i), "normalizedSurfaceDistance": float(n), "hausdorff95": float(h)}
        for d, i, n, h in zip(dice, iou, nsd, hausdorff)
    ]


def rows(mask):
    return ["".join(map(str, row)) for row in mask]


cases = [{"name": name, "found": rows(found), "wanted": rows(wanted), "scores": scores(found, wanted)} for name, (found, wanted) in PAIRS.items()]
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
for case in cases:
    print(case["name"], case["scores"])
