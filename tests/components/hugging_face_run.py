"""Trains a tiny random Llama by Hugging Face's Trainer, with TensorBoard: OUTPUT MAX_STEPS.

At step 20, when a checkpoint has been written, it waits for a line on its input.
"""

import sys

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainerCallback, TrainingArguments

LENGTH, WORDS = 16, 64


class Sentences(torch.utils.data.Dataset):
    def __len__(self):
        return 256

    def __getitem__(self, index):
        words = torch.randint(0, WORDS, (LENGTH,))
        return {"input_ids": words, "labels": words}


class Waits(TrainerCallback):
    def on_save(self, args, state, control, **_):
        if state.global_step == 20:
            print(f"step {state.global_step}", flush=True)
            sys.stdin.readline()


output, max_steps = sys.argv[1], int(sys.argv[2])
config = LlamaConfig(
    vocab_size=WORDS,
    hidden_size=16,
    intermediate_size=32,
    num_hidden_layers=1,
    num_attention_heads=2,
    max_position_embeddings=LENGTH,
)
arguments = TrainingArguments(
    output_dir=output,
    max_steps=max_steps,
    logging_steps=1,
    save_steps=20,
    report_to=["tensorboard"],
    per_device_train_batch_size=4,
    use_cpu=True,
    include_num_input_tokens_seen=True,
    disable_tqdm=True,
)
trainer = Trainer(LlamaForCausalLM(config), arguments, train_dataset=Sentences(), callbacks=[Waits()])
result = trainer.train()
trainer.save_state()
print(f"done {result.global_step}", flush=True)
sys.stdin.readline()
