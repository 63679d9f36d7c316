"""Images in unusual formats with Pillow's decode of each, and .npz files as NumPy writes them.

Usage, in the root of the repository: python scripts/golden/data_files.py src/learn/dataset/golden
"""
import io
import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps

SIDE = 16
out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
expected = {}


def scene(width: int, height: int) -> np.ndarray:
    """Four corners of four colors, smoothly blended: no turn or mirror leaves it alone, and JPEG hardly changes it."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height - 1, width - 1]).reshape(2, 1, 1)
    corners = np.array([[[220, 40, 30], [40, 200, 60]], [[30, 60, 210], [230, 220, 90]]], dtype=float)
    blend = (1 - y)[..., None] * ((1 - x)[..., None] * corners[0, 0] + x[..., None] * corners[0, 1]) + y[..., None] * ((1 - x)[..., None] * corners[1, 0] + x[..., None] * corners[1, 1])
    return blend.round().astype(np.uint8)


def middle(image: Image.Image) -> np.ndarray:
    left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
    return np.asarray(image.crop((left, top, left + SIDE, top + SIDE)))


color = Image.fromarray(scene(SIDE, SIDE))

for name in ("gray16.png", "gray16.tif"):
    Image.fromarray((np.asarray(color.convert("L")).astype(np.uint16) * 256) + 77).save(out / name)

alpha = np.dstack([np.asarray(color), np.tile(np.linspace(0, 255, SIDE).astype(np.uint8), (SIDE, 1))])
Image.fromarray(alpha, "RGBA").save(out / "rgba.png")
black = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 255))
expected["rgba.png"] = np.asarray(Image.alpha_composite(black, Image.open(out / "rgba.png")).convert("RGB"))

color.quantize(32).save(out / "palette.png")
expected["palette.png"] = np.asarray(Image.open(out / "palette.png").convert("RGB"))


# CMYK is refused by name.
color.convert("CMYK").save(out / "cmyk.jpg", quality=95, subsampling=0)

wide = Image.fromarray(scene(24, SIDE))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"exif{orientation}.jpg"
    wide.save(out / name, quality=95, subsampling=0, exif=exif)
    expected[name] = middle(ImageOps.exif_transpose(Image.open(out / name)).convert("RGB"))

whole = io.BytesIO()
Image.fromarray(scene(64, 64)).save(whole, "JPEG", quality=95)
(out / "truncated.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])

np.savez_compressed(out / "expected.npz", **{name.replace(".", "_").replace("-", "_"): pixels for name, pixels in expected.items()})

counts = {"train": 6, "val": 4, "test": 2}


def parts(shape, labels):
    arrays = {}
    for part, count in counts.items():
        size = count * int(np.prod(shape))
        arrays[f"{part}_images"] = (np.arange(size) * 7 % 251).astype(np.uint8).reshape(count, *shape)
        arrays[f"{part}_labels"] = labels(count)
    return arrays


pairs = lambda count: (np.arange(count) % 2).astype(np.uint8).reshape(-1, 1)
np.savez_compressed(out / "gray.npz", **parts((8, 8), pairs))
np.savez(out / "color.npz", **parts((8, 8, 3), lambda count: (np.arange(count) % 2).astype(np.int64)))
np.savez(out / "several-labels.npz", **parts((8, 8), lambda count: np.zeros((count, 14), np.uint8)))
np.savez(out / "fortran.npz", **{name: np.asfortranarray(array) for name, array in parts((8, 8), pairs).items()})
