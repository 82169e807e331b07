"""Makes a Llama of 4 layers with random weights, as the Hugging Face hub's cache would hold it.

python make_model.py CACHE: writes CACHE/models--tiny--llama/. Its layers are in files of their own, so that each block
lies on disk or does not.
"""

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

REVISION = "0123456789abcdef0123456789abcdef01234567"


def main(cache: Path) -> None:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=64,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=2048,
    )
    model = cache / "models--tiny--llama"
    snapshot = model / "snapshots" / REVISION
    for folder in (model / "blobs", model / "refs", snapshot):
        folder.mkdir(parents=True)
    (model / "refs/main").write_text(REVISION)
    with tempfile.TemporaryDirectory() as saved:
        LlamaForCausalLM(config).save_pretrained(saved, max_shard_size="150KB", safe_serialization=False)
        for file in Path(saved).iterdir():
            blob = model / "blobs" / hashlib.sha256(file.read_bytes()).hexdigest()
            shutil.move(file, blob)
            (snapshot / file.name).symlink_to(f"../../blobs/{blob.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
