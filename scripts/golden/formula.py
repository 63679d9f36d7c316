"""Weights, images and summaries that golden scripts share: numbers from a formula, which the tests repeat."""
import pathlib
import zlib

import numpy as np
import torch

PLACES = 3
folder = pathlib.Path(__file__).parents[2] / "src/learn/nn/golden"


def values(name, size):
    """Numbers in -1..1 that depend on the name and the place alone: MurmurHash3's finaliser of both."""
    x = np.arange(size, dtype=np.uint32) + np.uint32(zlib.crc32(name.encode()))
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    x ^= x >> np.uint32(16)
    return torch.from_numpy(x.astype(np.float64) / 2**31 - 1).float().double()


def fill(name, like):
    """Convolutions of variance 1 / fan-in, norms near the identity, so that no layer dies and none explodes; short branches in the deepest network."""
    drawn = values(name, like.numel()).reshape(like.shape)
    if name.endswith("running_var"):
        return 1 + 0.5 * drawn
    if name.endswith("running_mean"):
        return 0.1 * drawn
    if name.endswith("bn3.weight"):
        return 0.2 + 0.1 * drawn
    if like.dim() == 1:
        return 1 + 0.3 * drawn if name.endswith("weight") else 0.1 * drawn
    return drawn * (3 / like[0].numel()) ** 0.5


def images(name, batch, size):
    return values(name, batch * size * size * 3).reshape(batch, size, size, 3).permute(0, 3, 1, 2)


def digits(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def summary(name, tensor):
    places = [zlib.crc32(f"{name} {i}".encode()) % tensor.numel() for i in range(PLACES)]
    return digits(torch.cat([tensor.norm().reshape(1), tensor.flatten()[places]]))


def farthest(a, b):
    """Between gradients, as a share of each one's length."""
    return max(abs(x - y) / one[0] for one, other in zip(a["gradients"], b["gradients"]) for x, y in zip(one, other))
