"""Draws DICOM files for each transfer syntax that is read, with the stored values that pydicom finds in them.

Usage: python scripts/golden/dicom_files.py FOLDER SIDE [--wheel]
The golden values of the unit tests: python scripts/golden/dicom_files.py src/learn/dataset/dicom/golden 12
With --wheel, the files of pydicom's own wheel are listed too; they are read where they lie, and copied nowhere.
Needs: pydicom 3.0.2, numpy, Pillow, pylibjpeg with pylibjpeg-libjpeg and pylibjpeg-openjpeg, pyjpegls, imagecodecs.
Writes the files, expected.npz (stored values, three samples are RGB) and expected.json (file, key, tolerance, plugin).
"""
import json
import pathlib
import sys
import warnings

import imagecodecs
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space, pixel_array

warnings.filterwarnings("ignore")
out, side = pathlib.Path(sys.argv[1]), int(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
ROOT = "1.2.840.10008.1.2"
JPEG = ROOT + ".4."
PLUGINS = {JPEG + "50": "pillow", JPEG + "57": "pylibjpeg", JPEG + "70": "pylibjpeg", JPEG + "80": "pyjpegls", JPEG + "81": "pyjpegls", JPEG + "90": "pylibjpeg", JPEG + "91": "pylibjpeg", JPEG + "201": "pylibjpeg", JPEG + "202": "pylibjpeg", JPEG + "203": "pylibjpeg", ROOT + ".5": "pydicom"}
LOSSLESS, LOSSY_GRAY, LOSSY_COLOR = 0, 1, 3
rows, expected = [], {}

y, x = np.mgrid[0:side, 0:side]
ramp = (x * side + y) / (side * side - 1)


def gray(low, high, kind):
    return np.round(low + ramp * (high - low)).astype(kind)


g8, g12, g16, s16, s12 = gray(0, 255, np.uint8), gray(0, 4095, np.uint16), gray(0, 65535, np.uint16), gray(-1024, 3071, np.int16), gray(-2048, 2047, np.int16)
rgb = np.stack([gray(0, 255, np.uint8), (y * 255 // (side - 1)).astype(np.uint8), 255 - gray(0, 255, np.uint8)], -1)


def dataset(pixels, stored=None, photometric="MONOCHROME2", planar=0, frames=None):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ROOT + ".1"
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = f"1.2.826.0.1.3680043.8.498.{len(rows) + 1}"
    ds.StudyInstanceUID = ds.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.0"
    ds.PatientName, ds.PatientID, ds.Modality = "Drawn^Picture", "drawn", "OT"
    color = pixels.shape[-1] == 3 and pixels.ndim > 2
    ds.SamplesPerPixel, ds.PhotometricInterpretation = (3 if color else 1), photometric
    if color:
        ds.PlanarConfiguration = planar
    ds.Rows, ds.Columns = side, side
    ds.BitsAllocated = 8 * pixels.dtype.itemsize
    ds.BitsStored = stored or ds.BitsAllocated
    ds.HighBit, ds.PixelRepresentation = ds.BitsStored - 1, int(pixels.dtype.kind == "i")
    if frames:
        ds.NumberOfFrames = frames
    raw = np.moveaxis(pixels, -1, 0).tobytes() if planar else pixels.tobytes()
    ds.PixelData = raw + bytes(len(raw) % 2)
    ds["PixelData"].VR = "OW" if ds.BitsAllocated > 8 else "OB"
    return ds


def write(name, ds, tolerance=LOSSLESS, syntax=None, codes=None, bot=True, **how):
    if syntax:
        ds.file_meta.TransferSyntaxUID = syntax
    if codes:
        ds.PixelData = encapsulate(codes, has_bot=bot)
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    path = out / f"{name}.dcm"
    pydicom.dcmwrite(path, ds, enforce_file_format=True, **how)
    expect(path, name, tolerance)


def expect(path, name, tolerance):
    """The values of the first frame, by the plugin that is named."""
    ds = pydicom.dcmread(path, force=True)
    syntax = str(getattr(ds.file_meta, "TransferSyntaxUID", ROOT))
    plugin = PLUGINS.get(syntax, "")
    values = pixel_array(ds, index=0, **({"decoding_plugin": plugin} if plugin else {}))
    key = f"v{len(rows)}"
    expected[key] = values.astype(np.float64 if values.dtype.kind == "f" else np.int64 if values.dtype.itemsize > 2 else np.int32)
    rows.append({"file": str(path.relative_to(out)) if path.is_relative_to(out) else str(path), "key": key, "syntax": syntax, "tolerance": tolerance, "plugin": plugin or "native"})


write("implicit-8", dataset(g8), syntax=ROOT)
write("explicit-12", dataset(g12, 12))
write("explicit-signed-16", dataset(s16))
write("deflated-12", dataset(g12, 12), syntax=ROOT + ".1.99")
write("float", (lambda ds: (delattr(ds, "PixelData"), setattr(ds, "FloatPixelData", ramp.astype(np.float32).tobytes()), ds)[-1])(dataset(gray(0, 9, np.uint32))))
write("bits-32", dataset(gray(0, 4_000_000_000, np.uint32)))
big = dataset(s16)
big.PixelData = s16.astype(">i2").tobytes()
write("big-endian-16", big, syntax=ROOT + ".2")
write("rgb", dataset(rgb, photometric="RGB"))
write("rgb-planes", dataset(rgb, photometric="RGB", planar=1))
write("ybr-full", dataset(convert_color_space(rgb, "RGB", "YBR_FULL"), photometric="YBR_FULL"), LOSSY_GRAY)
for name, pixels, stored in (("8", g8, 8), ("12", g12, 12), ("signed-16", s16, 16)):
    ds = dataset(pixels, stored)
    ds.compress(ROOT + ".5", encoding_plugin="pydicom", generate_instance_uid=False)
    write(f"rle-{name}", ds)
ds = dataset(rgb, photometric="RGB")
ds.compress(ROOT + ".5", encoding_plugin="pydicom", generate_instance_uid=False)
write("rle-rgb", ds)
write("jpeg-8", dataset(g8), LOSSY_GRAY, JPEG + "50", [imagecodecs.jpeg8_encode(g8, level=90)])
write("jpeg-rgb", dataset(rgb, photometric="YBR_FULL_422"), LOSSY_COLOR, JPEG + "50", [imagecodecs.jpeg8_encode(rgb, level=95, colorspace="RGB", outcolorspace="YCBCR", subsampling="444")])
for syntax in ("57", "70"):
    write(f"jpeg-lossless-{syntax}-12", dataset(g12, 12), LOSSLESS, JPEG + syntax, [imagecodecs.ljpeg_encode(g12, bitspersample=12)])
write("jpeg-lossless-8", dataset(g8), LOSSLESS, JPEG + "70", [imagecodecs.ljpeg_encode(g8, bitspersample=8)])
write("jpeg-ls-8", dataset(g8), LOSSLESS, JPEG + "80", [imagecodecs.jpegls_encode(g8)])
write("jpeg-ls-12", dataset(g12, 12), LOSSLESS, JPEG + "80", [imagecodecs.jpegls_encode(g12)])
write("jpeg-ls-rgb", dataset(rgb, photometric="RGB"), LOSSLESS, JPEG + "80", [imagecodecs.jpegls_encode(rgb)])
write("jpeg-ls-near-12", dataset(g12, 12), LOSSY_GRAY, JPEG + "81", [imagecodecs.jpegls_encode(gray(5, 4090, np.uint16), level=3)])
j2k = dict(codecformat="j2k", reversible=True, level=0)
write("jpeg-2000-12", dataset(g12, 12), LOSSLESS, JPEG + "90", [imagecodecs.jpeg2k_encode(g12, bitspersample=12, **j2k)])
write("jpeg-2000-signed-16", dataset(s16), LOSSLESS, JPEG + "90", [imagecodecs.jpeg2k_encode(s16, **j2k)])
write("jpeg-2000-rgb", dataset(rgb, photometric="YBR_RCT"), LOSSLESS, JPEG + "90", [imagecodecs.jpeg2k_encode(rgb, mct=True, **j2k)])
write("jpeg-2000-lossy-8", dataset(g8), LOSSY_GRAY, JPEG + "91", [imagecodecs.jpeg2k_encode(g8, codecformat="j2k", reversible=False, level=45)])
write("jpeg-2000-lossy-rgb", dataset(rgb, photometric="YBR_ICT"), LOSSY_COLOR, JPEG + "91", [imagecodecs.jpeg2k_encode(rgb, codecformat="j2k", reversible=False, mct=True, level=45)])
for syntax in ("201", "202", "203"):
    write(f"htj2k-{syntax}-12", dataset(g12, 12), LOSSLESS, JPEG + syntax, [imagecodecs.htj2k_encode(g12)])
write("htj2k-rgb", dataset(rgb, photometric="YBR_RCT"), LOSSLESS, JPEG + "201", [imagecodecs.htj2k_encode(rgb)])
three = np.stack([g12, 4095 - g12, g12 // 2])
write("frames-explicit", dataset(three, 12, frames=3))
for name, bot in (("offsets", True), ("no-offsets", False)):
    write(f"frames-{name}", dataset(three, 12, frames=3), LOSSLESS, JPEG + "90", [imagecodecs.jpeg2k_encode(np.ascontiguousarray(frame), bitspersample=12, **j2k) for frame in three], bot)

if "--wheel" in sys.argv:
    wheel = pathlib.Path(pydicom.__file__).parent / "data" / "test_files"
    for path in sorted(wheel.rglob("*.dcm")):
        try:
            ds = pydicom.dcmread(path)
            if "PixelData" not in ds and "FloatPixelData" not in ds:
                continue
            lossy = str(ds.file_meta.TransferSyntaxUID) in (JPEG + "50", JPEG + "51", JPEG + "81", JPEG + "91", JPEG + "203")
            color = ds.get("SamplesPerPixel", 1) == 3
            expect(path, path.name, LOSSY_COLOR if lossy and color else LOSSY_GRAY if lossy or str(ds.get("PhotometricInterpretation", "")).startswith("YBR") else LOSSLESS)
        except Exception:  # pydicom cannot read its pixels either
            continue

np.savez_compressed(out / "expected.npz", **expected)
(out / "expected.json").write_text(json.dumps({"pydicom": pydicom.__version__, "files": rows}, indent=1) + "\n")
print(len(rows), "files")
