"""Writes src/learn/eval/golden/boxes.json with pycocotools (pip install pycocotools==2.0.11 numpy==2.4.6).

    python scripts/golden/coco_boxes.py

Drawn scenes: objects of three classes, found with errors, missed, invented, found twice, with equal scores. The third
class has no object anywhere, so that its precision is undefined. Ids begin at 1: pycocotools takes the id 0 for no match.
"""
import contextlib
import io
import json
import pathlib

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

path = pathlib.Path(__file__).parents[2] / "src/learn/eval/golden/boxes.json"
CLASSES = 3


def scene(drawn):
    """Boxes are left, top, width, height; found ones end with a score."""
    wanted, found = [], []
    for _ in range(drawn.integers(0, 5)):
        box = [*drawn.integers(0, 80, 2), *drawn.integers(5, 40, 2)]
        label = int(drawn.integers(0, CLASSES - 1))
        wanted.append({"class": label, "box": [int(v) for v in box]})
        for _ in range(drawn.integers(0, 3)):
            moved = np.array(box) + drawn.integers(-4, 5, 4)
            moved[2:] = np.maximum(moved[2:], 1)
            found.append({"class": label, "box": moved.tolist(), "score": round(float(drawn.integers(1, 20)) / 20, 2)})
    for _ in range(drawn.integers(0, 3)):
        box = [*drawn.integers(0, 80, 2), *drawn.integers(5, 40, 2)]
        found.append({"class": int(drawn.integers(0, CLASSES)), "box": [int(v) for v in box], "score": round(float(drawn.integers(1, 20)) / 20, 2)})
    return {"wanted": wanted, "found": found}


def precisions(images):
    """AP50 and AP50:95 of each class; null if undefined."""
    coco = COCO()
    annotations = [
        {"image_id": i + 1, "category_id": object["class"] + 1, "bbox": object["box"], "area": object["box"][2] * object["box"][3], "iscrowd": 0}
        for i, image in enumerate(images)
        for object in image["wanted"]
    ]
    coco.dataset = {
        "info": {},
        "images": [{"id": i + 1} for i in range(len(images))],
        "categories": [{"id": c + 1} for c in range(CLASSES)],
        "annotations": [{"id": i + 1, **annotation} for i, annotation in enumerate(annotations)],
    }
    coco.createIndex()
    results = coco.loadRes([
        {"image_id": i + 1, "category_id": box["class"] + 1, "bbox": box["box"], "score": box["score"]}
        for i, image in enumerate(images)
        for box in image["found"]
    ])
    evaluation = COCOeval(coco, results, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    by = evaluation.eval["precision"][:, :, :, 0, -1]  # IoU, recall, class
    return [None if (by[:, :, c] < 0).all() else {"ap50": float(by[0, :, c].mean()), "ap50to95": float(by[:, :, c].mean())} for c in range(CLASSES)]


cases = []
for seed in range(4):
    drawn = np.random.default_rng(seed)
    images = [scene(drawn) for _ in range(12)]
    with contextlib.redirect_stdout(io.StringIO()):
        cases.append({"images": images, "precisions": precisions(images)})
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes", [case["precisions"] for case in cases])
