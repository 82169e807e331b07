"""Trains a small network on scikit-learn's digits with tinygrad until its input ends.

With an argument it tells of itself by the SDK, to that directory of artifacts; without one it tells nobody.
"""

import select
import sys

from sklearn.datasets import load_digits
from tinygrad import Context, Tensor, TinyJit, nn

BATCH = 128


class Network:
    def __init__(self) -> None:
        self.first, self.last = nn.Linear(64, 32), nn.Linear(32, 10)

    def __call__(self, images: Tensor) -> Tensor:
        return self.last(self.first(images).relu())


digits = load_digits()
images, labels = Tensor((digits.data / 16).astype("float32")), Tensor(digits.target.astype("int32"))
network = Network()
optimizer = nn.optim.Adam(nn.state.get_parameters(network), lr=0.001)


@TinyJit
def train() -> Tensor:
    with Context(TRAINING=1):
        optimizer.zero_grad()
        chosen = Tensor.randint(BATCH, high=images.shape[0])
        loss = network(images[chosen]).sparse_categorical_crossentropy(labels[chosen]).backward()
        return loss.realize(*optimizer.schedule_step())


def goes_on() -> bool:
    return not select.select([sys.stdin], [], [], 0)[0]


if len(sys.argv) > 1:
    import zeropoint_sdk as zp

    with zp.run("digits", kind="tinygrad", artifacts=sys.argv[1], batch=BATCH, lr=0.001) as run:
        while goes_on():
            with zp.tinygrad.step(run, tokens=BATCH) as s:
                s.loss = train().item()
            if run.last_step == 0:
                print(f"first step of {run.id}", flush=True)
else:
    train().item()
    print("first step of nobody", flush=True)
    while goes_on():
        train().item()
