"""Serves a tiny random model by llama.cpp, as its own server does: MODEL, and "metrics" to have /metrics answered.

Prints the address, and ends with its input.
"""

import sys

import gguf
import numpy as np
import xllamacpp

WIDTH, HEADS, LAYERS, INNER, CONTEXT = 32, 4, 2, 64, 512


def write_model(path: str) -> None:
    words = [b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    file = gguf.GGUFWriter(path, "llama")
    file.add_context_length(CONTEXT)
    file.add_embedding_length(WIDTH)
    file.add_block_count(LAYERS)
    file.add_feed_forward_length(INNER)
    file.add_head_count(HEADS)
    file.add_head_count_kv(HEADS)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(WIDTH // HEADS)
    file.add_vocab_size(len(words))
    file.add_tokenizer_model("llama")
    file.add_token_list(words)
    file.add_token_scores([0.0] * len(words))
    file.add_token_types([2, 3, 3] + [6] * 256)
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    file.add_unk_token_id(0)
    random = np.random.default_rng(0)

    def add(name: str, *shape: int) -> None:
        file.add_tensor(f"{name}.weight", (random.standard_normal(shape) * 0.1).astype(np.float32))

    add("token_embd", len(words), WIDTH)
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            add(f"blk.{layer}.{name}", WIDTH)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{name}", WIDTH, WIDTH)
        for name in ("ffn_gate", "ffn_up"):
            add(f"blk.{layer}.{name}", INNER, WIDTH)
        add(f"blk.{layer}.ffn_down", WIDTH, INNER)
    add("output_norm", WIDTH)
    add("output", len(words), WIDTH)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


path = sys.argv[1]
write_model(path)
parameters = xllamacpp.CommonParams()
parameters.model.path = path
parameters.port = 0
parameters.n_ctx = CONTEXT
parameters.n_parallel = 2
parameters.endpoint_metrics = sys.argv[2] == "metrics"
parameters.endpoint_slots = True
parameters.warmup = False
parameters.cpuparams.n_threads = 1
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.readline()
