"""Writes src/learn/augment/golden/torchvision.json: each operation of augmentation as torchvision's functional ones do it.

    python scripts/golden/torchvision_augment.py

On float tensors in 0..1 (pip install torch torchvision), so that no rounding to bytes stands between the two.
"""
import json
import pathlib

import torch
import torchvision
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

SIDE = 14
generator = torch.Generator().manual_seed(12)
noise = torch.randint(0, 256, (3, SIDE, SIDE), generator=generator)
# Half noise, half ramps: colors of every saturation, and edges as well as slopes.
ramp = torch.stack([torch.arange(SIDE).repeat(SIDE, 1) * 18, torch.arange(SIDE).repeat(SIDE, 1).T * 15, torch.full((SIDE, SIDE), 90)])
image = torch.where(torch.arange(SIDE)[None, :, None] < SIDE // 2, noise, ramp)
x = image.float() / 255


def values(picture):
    """[y][x][channel], flat."""
    return [round(v, 7) for v in picture.permute(1, 2, 0).flatten().tolist()]


def crop(top, left, height, width, size):
    out = F.resized_crop(x, top, left, height, width, [size, size], InterpolationMode.BILINEAR, antialias=True)
    return {"top": top, "left": left, "height": height, "width": width, "size": size, "values": values(out)}


def rotation(degrees):
    """torchvision has no mirrored border: the image is mirrored outwards before it turns."""
    pad = SIDE // 2
    mirrored = F.pad(x, [pad] * 4, padding_mode="symmetric")
    turned = F.rotate(mirrored, degrees, InterpolationMode.BILINEAR)
    return {"degrees": degrees, "values": values(F.center_crop(turned, [SIDE, SIDE]))}


golden = {
    "torchvision": torchvision.__version__,
    "side": SIDE,
    "image": image.permute(1, 2, 0).flatten().tolist(),
    "crops": [crop(0, 0, 14, 14, 6), crop(1, 3, 9, 7, 4), crop(2, 5, 5, 6, 11), crop(0, 4, 13, 8, 8)],
    "flips": [{"horizontal": True, "values": values(F.hflip(x))}, {"horizontal": False, "values": values(F.vflip(x))}],
    "rotations": [rotation(degrees) for degrees in (0, 10, -37, 90, 151)],
    "colors": [
        {"name": name, "factor": factor, "values": values(operation(x, factor))}
        for name, operation, factors in (
            ("brightness", F.adjust_brightness, (0.2, 1.4)),
            ("contrast", F.adjust_contrast, (0.3, 1.8)),
            ("saturation", F.adjust_saturation, (0.2, 1.8)),
        )
        for factor in factors
    ],
    "hues": [{"turns": turns, "values": values(F.adjust_hue(x, turns))} for turns in (-0.2, -0.05, 0.02, 0.1, 0.2)],
    "grayscale": values(F.rgb_to_grayscale(x, 3)),
    "blurs": [{"width": width, "sigma": sigma, "values": values(F.gaussian_blur(x, [width, width], [sigma, sigma]))} for width, sigma in ((3, 0.4), (3, 2.0), (5, 1.1))],
    "solarized": values(F.solarize(x, 0.5)),
}
path = pathlib.Path(__file__).parents[2] / "src/learn/augment/golden/torchvision.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.name, path.stat().st_size, "bytes")
