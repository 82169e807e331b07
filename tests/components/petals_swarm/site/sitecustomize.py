"""Run by each interpreter that has this folder on its path: hivemind 1.1.9 asks today's torch for what it has moved."""

import sys
from importlib.machinery import ModuleSpec


class Alias:
    """Finds torch.cuda.amp.grad_scaler where torch has it now, without importing torch before it is asked for."""

    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == "torch.cuda.amp.grad_scaler" else None

    def create_module(self, spec):
        import torch.amp.grad_scaler

        return torch.amp.grad_scaler

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Alias())
