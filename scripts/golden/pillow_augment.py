"""Writes src/learn/augment/golden/pillow.json: crops, resizing and color as Pillow does them (pip install pillow==12.*).

    python scripts/golden/pillow_augment.py

torchvision's transforms of PIL images call these very functions.
"""
import json
import pathlib
import random

from PIL import Image, ImageEnhance, __version__

SIDE = 12
random.seed(20)
image = Image.frombytes("RGB", (SIDE, SIDE), bytes(random.randrange(256) for _ in range(SIDE * SIDE * 3)))


def values(picture):
    return list(picture.tobytes())


crops = []
for left, top, width, height, size in [(0, 0, 12, 12, 5), (1, 2, 7, 9, 4), (3, 0, 5, 6, 8)]:
    crop = image.crop((left, top, left + width, top + height)).resize((size, size), Image.Resampling.BILINEAR)
    crops.append({"left": left, "top": top, "width": width, "height": height, "size": size, "values": values(crop)})

colors = []
for name, enhance, factor in [
    ("brightness", ImageEnhance.Brightness, 1.4),
    ("brightness", ImageEnhance.Brightness, 0.6),
    ("contrast", ImageEnhance.Contrast, 1.7),
    ("contrast", ImageEnhance.Contrast, 0.3),
    ("saturation", ImageEnhance.Color, 1.8),
    ("saturation", ImageEnhance.Color, 0.2),
]:
    colors.append({"name": name, "factor": factor, "values": values(enhance(image).enhance(factor))})

path = pathlib.Path(__file__).parents[2] / "src/learn/augment/golden/pillow.json"
path.parent.mkdir(exist_ok=True)
golden = {"pillow": __version__, "side": SIDE, "image": values(image), "crops": crops, "colors": colors}
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
