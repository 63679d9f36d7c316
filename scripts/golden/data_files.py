"""Images in unusual formats with Pillow's decode of each (CMYK: that of Little CMS), and .npz files as NumPy writes them.

Usage, in the root of the repository: python scripts/golden/data_files.py src/learn/dataset/golden
"""
import io
import itertools
import pathlib
import struct
import subprocess
import sys

import numpy as np
from PIL import Image, ImageCms, ImageOps

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

# Pillow cuts 16-bit gray off at 255 when it converts it to RGB: the reference is the upper byte.
deep = (np.asarray(color.convert("L")).astype(np.uint16) * 256) + 77
for name in ("gray16.png", "gray16.tif"):
    Image.fromarray(deep).save(out / name)
    read = np.asarray(Image.open(out / name)).astype(np.uint16)
    expected[name] = np.repeat((read >> 8).astype(np.uint8)[..., None], 3, axis=2)

alpha = np.dstack([np.asarray(color), np.tile(np.linspace(0, 255, SIDE).astype(np.uint8), (SIDE, 1))])
Image.fromarray(alpha, "RGBA").save(out / "rgba.png")
black = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 255))
expected["rgba.png"] = np.asarray(Image.alpha_composite(black, Image.open(out / "rgba.png")).convert("RGB"))

color.quantize(32).save(out / "palette.png")
expected["palette.png"] = np.asarray(Image.open(out / "palette.png").convert("RGB"))


def managed(name: str, profile: bytes) -> np.ndarray:
    """From ink through the profile to sRGB, perceptually."""
    transform = ImageCms.buildTransform(io.BytesIO(profile), ImageCms.createProfile("sRGB"), "CMYK", "RGB", renderingIntent=ImageCms.Intent.PERCEPTUAL)
    return np.asarray(ImageCms.applyTransform(Image.open(out / name), transform))


def fallback_profile() -> bytes:
    """The print profile inside libvips ("Chemical proof" by Graeme Gill, public domain), which sharp hands out with a picture."""
    code = "import sharp from 'sharp'; const picture = await sharp(process.argv[1]).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(); process.stdout.write((await sharp(picture).metadata()).icc);"
    return subprocess.run(["node", "--input-type=module", "-e", code, out / "cmyk.jpg"], check=True, stdout=subprocess.PIPE).stdout


def own_profile() -> bytes:
    """The profile of an invented press: its cyan prints yellow, its magenta cyan, its yellow magenta. Small, and unlike every default."""
    corners = [[round(255 * (1 - ink) * (1 - k)) for ink in (m, y, c)] for c, m, y, k in itertools.product((0, 1), repeat=4)]
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = np.asarray(ImageCms.applyTransform(Image.fromarray(np.array([corners], np.uint8)), to_lab)) ^ np.array([0, 128, 128], np.uint8)
    straight = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9))) + 4 * straight + lab.tobytes() + 3 * straight
    white = (0xF6D6, 0x10000, 0xD32D)
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 6) + b"press\0" + bytes(4 + 4 + 2 + 1 + 67),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">3I", *white),
        b"A2B0": table,
    }
    place = 128 + 4 + 12 * len(tags)
    index, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        index += name + struct.pack(">2I", place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    date = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    head = struct.pack(">I4xI4s4s4s", place + len(body), 0x02400000, b"prtr", b"CMYK", b"Lab ") + date + b"acsp" + bytes(28) + struct.pack(">3I", *white)
    return head.ljust(128, b"\0") + index + body


# Pillow's own conversion knows no profile: it is kept to show how far it is from what Little CMS makes of the same inks.
inks = color.convert("CMYK")
inks.save(out / "cmyk.jpg", quality=95, subsampling=0)
inks.save(out / "cmyk-profile.jpg", quality=95, subsampling=0, icc_profile=own_profile())
expected["cmyk.jpg"] = managed("cmyk.jpg", fallback_profile())
expected["cmyk-profile.jpg"] = managed("cmyk-profile.jpg", own_profile())
expected["cmyk-formula"] = np.asarray(Image.open(out / "cmyk.jpg").convert("RGB"))

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
