"""Writes adaption-prompt/: what peft computes with LLaMA-Adapters of its own on the tiny models of this folder, and what
the paper's variant does, which peft does not have.

    python tests/golden/make_adaption_prompt.py

Made with torch 2.13.0, transformers 5.18.0 and peft 0.21.0; README.md says what each file holds.
"""
import json
import math
import os
import shutil
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import peft
import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

transformers.logging.set_verbosity_error()

HERE = Path(__file__).resolve().parent
OUT = HERE / "adaption-prompt"
CLASSES, LAYERS, LENGTH = 3, 2, 5
STEPS, LEARNING_RATE, WEIGHT_DECAY = 10, 5e-3, 0.01


def load_base(architecture, task):
    if task == "language":
        return AutoModelForCausalLM.from_pretrained(HERE / architecture)
    return AutoModelForSequenceClassification.from_pretrained(HERE / architecture, num_labels=CLASSES)


def trainable(model):
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def plain(name):
    return name.removeprefix("base_model.model.")


def randomize(parameters):
    """Large enough for every mistake to show; gates well away from zero."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, parameter in sorted(parameters.items()):
            scale = 0.8 if "prompt" in name else 0.5
            parameter.copy_(scale * torch.randn(parameter.shape, generator=generator) + (0.5 if "gate" in name else 0.0))


def make_batches(task):
    """Two batches of four texts, padded on the right; language models learn each text's last half."""
    generator = torch.Generator().manual_seed(2)
    batches = []
    for lengths in ([9, 5, 7, 3], [4, 8, 6, 8]):
        ids = torch.zeros(4, max(lengths), dtype=torch.long)
        mask = torch.zeros_like(ids)
        tokens = torch.full_like(ids, -100)
        for row, length in enumerate(lengths):
            ids[row, :length] = torch.randint(3, 60, (length,), generator=generator)
            mask[row, :length] = 1
            tokens[row, length // 2 : length] = ids[row, length // 2 : length]
        classes = torch.randint(0, CLASSES, (4,), generator=generator)
        batches.append(dict(input_ids=ids, attention_mask=mask, labels=classes if task == "class" else tokens))
    return batches


def train(model, batches):
    """Losses before each of ten steps of AdamW; the batches take turns."""
    groups = [dict(params=[], weight_decay=WEIGHT_DECAY), dict(params=[], weight_decay=0.0)]
    for name, parameter in trainable(model).items():
        groups[1 if "gate" in name else 0]["params"].append(parameter)
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = model(**batches[step % len(batches)]).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def write_peft(architecture, task, layers):
    folder = OUT / f"{architecture}-{task}"
    config = peft.AdaptionPromptConfig(
        task_type="SEQ_CLS" if task == "class" else "CAUSAL_LM", adapter_len=LENGTH, adapter_layers=layers
    )
    torch.manual_seed(1)
    model = peft.get_peft_model(load_base(architecture, task), config).eval()
    randomize(trainable(model))
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "base_model_name_or_path": architecture}, indent=2) + "\n")
    finish(folder, model, architecture, task, "peft")


class PaperAttention(torch.nn.Module):
    """Zhang et al. 2023, equations 5 to 9, with the code's prompt of each layer and gate of each head: the scores of the
    prompt and of the text have a softmax each, tanh(gate) weighs the prompt's, and both mix the values before o_proj."""

    def __init__(self, attention):
        super().__init__()
        self.attention = attention
        config = attention.config
        self.adaption_prompt = torch.nn.Parameter(torch.zeros(1, LENGTH, config.hidden_size))
        self.adaption_gate = torch.nn.Parameter(torch.zeros(config.num_attention_heads))

    def forward(self, hidden_states, position_embeddings, attention_mask=None, **_):
        own = self.attention
        shape = (*hidden_states.shape[:2], -1, own.head_dim)
        query = own.q_proj(hidden_states).view(shape).transpose(1, 2)
        key = own.k_proj(hidden_states).view(shape).transpose(1, 2)
        value = own.v_proj(hidden_states).view(shape).transpose(1, 2)
        query, key = apply_rotary_pos_emb(query, key, *position_embeddings)
        prompt = (1, LENGTH, -1, own.head_dim)
        prompt_key = own.k_proj(self.adaption_prompt).view(prompt).transpose(1, 2)
        prompt_value = own.v_proj(self.adaption_prompt).view(prompt).transpose(1, 2)
        repeat = lambda x: x.repeat_interleave(own.num_key_value_groups, dim=1)
        scores = query @ repeat(key).transpose(2, 3) / math.sqrt(own.head_dim) + attention_mask
        of_prompt = query @ repeat(prompt_key).transpose(2, 3) / math.sqrt(own.head_dim)
        gate = torch.tanh(self.adaption_gate).view(1, -1, 1, 1)
        mixed = scores.softmax(-1) @ repeat(value) + gate * of_prompt.softmax(-1) @ repeat(prompt_value)
        return own.o_proj(mixed.transpose(1, 2).reshape(*hidden_states.shape[:2], -1)), None


def write_paper(architecture, layers):
    folder = OUT / f"{architecture}-language-original"
    folder.mkdir()
    model = AutoModelForCausalLM.from_pretrained(HERE / architecture, attn_implementation="eager")
    model.requires_grad_(False).eval()
    for layer in model.model.layers[-layers:]:
        layer.self_attn = PaperAttention(layer.self_attn)
        layer.self_attn.adaption_prompt.requires_grad = layer.self_attn.adaption_gate.requires_grad = True
        layer.self_attn.attention.requires_grad_(False)
    randomize(trainable(model))
    finish(folder, model, architecture, "language", "original")


def finish(folder, model, architecture, task, method):
    batches = make_batches(task)
    inputs = {key: value for key, value in batches[0].items() if key != "labels"}
    tensors = {"logits": model(**inputs).logits.detach().contiguous()}
    for name, parameter in trainable(model).items():
        tensors[f"start/{plain(name)}"] = parameter.detach().clone()
    model.zero_grad()
    model(**batches[0]).loss.backward()
    for name, parameter in trainable(model).items():
        tensors[f"gradients/{plain(name)}"] = parameter.grad.clone().contiguous()
    expected = dict(
        architecture=architecture,
        task="SEQ_CLS" if task == "class" else "CAUSAL_LM",
        method=method,
        batches=[{key: value.tolist() for key, value in batch.items()} for batch in batches],
        trainableParameters=sum(p.numel() for p in trainable(model).values()),
        steps=dict(learningRate=LEARNING_RATE, weightDecay=WEIGHT_DECAY, losses=train(model, batches)),
        versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
    )
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    save_file(tensors, folder / "expected.safetensors")


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    # One layer of two in some: the lower one is then as it was.
    for architecture, task, layers in [
        ("llama", "language", 2),
        ("llama", "class", 1),
        ("mistral", "language", 1),
        ("mistral", "class", 2),
        ("gpt2", "language", 1),
        ("gpt2", "class", 2),
    ]:
        write_peft(architecture, task, layers)
    write_paper("llama", 2)
    write_paper("mistral", 1)
