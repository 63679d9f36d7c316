"""Writes src/tensor/golden/reference.safetensors with the reference library (pip install safetensors==0.8.0).

    python scripts/golden/reference_safetensors.py

The test beside that folder names the values that must be read back.
"""
import ctypes
import pathlib
import struct

from safetensors import TensorSpec, __version__, serialize

TENSORS = {
    "f32": ("float32", [2, 2], struct.pack("<4f", 1.5, -0.25, 3e38, 0)),
    # One, minus two, smallest subnormal, a subnormal, largest, infinity, minus zero, a third.
    "f16": ("float16", [8], struct.pack("<8e", 1, -2, 2**-24, 3 * 2**-20, 65504, float("inf"), -0.0, 1 / 3)),
    "bf16": ("bfloat16", [3], struct.pack("<3H", 0x3F80, 0xC040, 0x7F80)),
    "f64": ("float64", [2], struct.pack("<2d", 0.1, -1e300)),
    "i32": ("int32", [2], struct.pack("<2i", -(2**31), 7)),
    "i64": ("int64", [2], struct.pack("<2q", -(2**31), 2**31 - 1)),
    "u8": ("uint8", [1, 3], bytes([0, 128, 255])),
    "bool": ("bool", [2], bytes([1, 0])),
    "scalar": ("float32", [], struct.pack("<f", 42)),
    "empty": ("float32", [0, 3], b""),
}

buffers = {name: ctypes.create_string_buffer(data, max(1, len(data))) for name, (_, _, data) in TENSORS.items()}
specs = {
    name: TensorSpec(dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffers[name]), data_len=len(data))
    for name, (dtype, shape, data) in TENSORS.items()
}
path = pathlib.Path(__file__).parents[2] / "src/tensor/golden/reference.safetensors"
path.parent.mkdir(exist_ok=True)
path.write_bytes(serialize(specs, metadata={"written by": f"safetensors {__version__}"}))
print(path.name, path.stat().st_size, "bytes")
