"""The distance of two ways to read CMYK without a profile from the printed colors: libvips' (ours) and Pillow's formula.

Usage, in the root of the repository: python scripts/golden/cmyk_managed.py <CMYK profile.icc> <picture> [<picture> ...]

RGB pictures are turned to ink through the given profile, as an editor would; the same inks read back through it are the truth.
Ghostscript's iccprofiles/default_cmyk.icc is such a profile, of SWOP printing and not the one that libvips has.
"""
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image, ImageCms

SRGB, LAB = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
READ = "import sharp from 'sharp'; process.stdout.write(await sharp(process.argv[1]).toColourspace('srgb').raw().toBuffer());"


def through(picture, source, target, modes):
    transform = ImageCms.buildTransform(source, target, *modes, renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION)
    return ImageCms.applyTransform(picture, transform)


def lab(picture):
    lightness, *others = np.asarray(through(picture, SRGB, LAB, ("RGB", "LAB"))).transpose(2, 0, 1)
    return np.stack([lightness * (100 / 255), *(other.astype(np.int8).astype(float) for other in others)], axis=-1)


profile, *files = sys.argv[1:]
picture = Image.fromarray(np.concatenate([np.asarray(Image.open(file).convert("RGB").resize((80, 60))) for file in files]))
inks = through(picture, SRGB, profile, ("RGB", "CMYK"))
inks.info.pop("icc_profile", None)
truth = lab(through(inks, profile, SRGB, ("CMYK", "RGB")))
with tempfile.NamedTemporaryFile(suffix=".tif") as file:
    inks.save(file, "TIFF")
    file.flush()
    raw = subprocess.run(["node", "--input-type=module", "-e", READ, file.name], check=True, stdout=subprocess.PIPE).stdout
ours = Image.frombytes("RGB", inks.size, raw)
for name, read in (("ours", ours), ("formula", inks.convert("RGB"))):
    distance = np.sqrt(((lab(read) - truth) ** 2).sum(axis=-1))
    print(f"{name}: dE76 mean {distance.mean():.1f}, 95 % below {np.percentile(distance, 95):.1f}; gray levels {np.abs(np.asarray(read).astype(int) - np.asarray(through(inks, profile, SRGB, ('CMYK', 'RGB')))).mean():.1f}")
