"""Writes src/learn/encoder/golden/: vit.onnx and vit.json, a small ViT of timm with random weights, and its features and
tokens of four images; external.onnx, whose weights are in a second file that is not kept (pip install torch==2.15.0 timm==1.0.31 onnx==1.23.2 onnxscript==0.7.2).

    python scripts/golden/onnx_vit.py
"""
import json
from pathlib import Path

import numpy as np
import timm
import torch

FOLDER = Path(__file__).resolve().parents[2] / "src/learn/encoder/golden"
SIZE = 32
MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)


class FeaturesAndTokens(torch.nn.Module):
    """The features, and all tokens of the last layer, as Hugging Face's `last_hidden_state`."""

    def __init__(self, network: torch.nn.Module):
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = self.network.forward_features(images)
        return self.network.forward_head(tokens), tokens


def main() -> None:
    torch.manual_seed(0)
    network = timm.create_model(
        "vit_tiny_patch16_224", num_classes=0, img_size=SIZE, patch_size=8, embed_dim=24, depth=2, num_heads=3
    ).eval()
    bytes_ = np.random.default_rng(0).integers(0, 256, (4, SIZE, SIZE, 3), dtype=np.uint8)
    pixels = torch.from_numpy(bytes_).permute(0, 3, 1, 2).float() / 255
    pixels = (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        FeaturesAndTokens(network).eval(), (pixels,), FOLDER / "vit.onnx", dynamo=True, external_data=False,
        verbose=False, input_names=["pixel_values"], output_names=["features", "tokens"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
    )
    linear = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * SIZE * SIZE, 8)).eval()
    torch.onnx.export(
        linear, (pixels[:1],), FOLDER / "external.onnx", dynamo=True, external_data=True, verbose=False
    )
    (FOLDER / "external.onnx.data").unlink()
    with torch.no_grad():
        features, tokens = network(pixels), network.forward_features(pixels)
    golden = {
        "mean": MEAN, "std": STD, "size": SIZE, "images": bytes_.reshape(-1).tolist(),
        "features": features.reshape(-1).tolist(), "tokens": tokens.reshape(-1).tolist(),
        "tokensShape": list(tokens.shape),
    }
    (FOLDER / "vit.json").write_text(json.dumps(golden) + "\n")


main()
