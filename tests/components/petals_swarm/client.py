"""A client of a swarm: python client.py PEER. It follows the words on its standard input, and answers each in a line.

`open` opens a session of 200 tokens and makes some, `close` ends it; the end of the input ends the client.
"""

import sys
from contextlib import ExitStack

import torch
from petals import AutoDistributedModelForCausalLM


def main(peer: str) -> None:
    model = AutoDistributedModelForCausalLM.from_pretrained(
        "tiny/llama", initial_peers=[peer], torch_dtype=torch.float32, use_chunked_forward=False
    )
    print("ready", flush=True)
    with ExitStack() as stack:
        for line in sys.stdin:
            word = line.strip()
            if word == "open":
                session = stack.enter_context(model.inference_session(max_length=200))
                made = model.generate(torch.tensor([[1, 2, 3]]), max_new_tokens=5)
                print(f"opened {made.shape[1]}", flush=True)
            elif word == "step":
                with torch.inference_mode():
                    session.step(torch.zeros(1, 1, 64))
                print("stepped", flush=True)
            elif word == "close":
                stack.close()
                print("closed", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
