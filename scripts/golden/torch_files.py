"""Writes src/tensor/torch/golden/*.pth with PyTorch (pip install torch==2.15.0).

    python scripts/golden/torch_files.py

The test beside that folder names the values that must be read back.
"""
import os
import pathlib
from collections import OrderedDict

import torch

folder = pathlib.Path(__file__).parents[2] / "src/tensor/torch/golden"
folder.mkdir(parents=True, exist_ok=True)

counted = torch.arange(12, dtype=torch.float32).reshape(3, 4)
state = OrderedDict(
    f32=torch.tensor([[1.5, -0.25], [3e38, 0]]),
    f16=torch.tensor([1, -2, 2**-24, 65504], dtype=torch.float16),
    bf16=torch.tensor([1, -3, float("inf")], dtype=torch.bfloat16),
    f64=torch.tensor([0.1, -1e300], dtype=torch.float64),
    i64=torch.tensor([-(2**31), 2**31 - 1]),
    i32=torch.tensor([7, -7], dtype=torch.int32),
    u8=torch.tensor([[0, 128, 255]], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    scalar=torch.tensor(42.0),
    empty=torch.zeros(0, 3),
    parameter=torch.nn.Parameter(torch.tensor([1.0, 2.0])),
    # Three windows on one storage.
    transposed=counted.t(),
    column=counted[:, 1],
    tied=counted,
)
state._metadata = OrderedDict({"": {"version": 1}})
parallel = OrderedDict((f"module.{name}", tensor) for name, tensor in state.items())
optimizer = {"state": {0: {"step": torch.tensor(5.0)}}, "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999), "params": [0], "fused": None, "large": 2**40}]}


class Hostile:
    def __reduce__(self):
        return os.system, ("echo this must never be run",)


torch.save(state, folder / "state.pth")
torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "arch": "resnet18", "best": 0.5, "state_dict": parallel, "optimizer": optimizer}, folder / "checkpoint.pth")
torch.save({"weight": torch.ones(2), "extra": Hostile()}, folder / "hostile.pth")
torch.save({"weight": torch.ones(2), "extra": Hostile()}, folder / "hostile-legacy.pth", _use_new_zipfile_serialization=False)
for path in sorted(folder.glob("*.pth")):
    print(path.name, path.stat().st_size, "bytes")
