"""Writes peft/: what peft computes with adapters of its own on the tiny models of this folder.

    python tests/golden/make_peft.py

Made with torch 2.13.0, transformers 5.18.0 and peft 0.21.0; README.md says what each file holds.
"""
import json
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

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

HERE = Path(__file__).resolve().parent
CLASSES = 3
STEPS, LEARNING_RATE, WEIGHT_DECAY = 10, 5e-3, 0.01
LAYERS = 2
VIRTUAL = 4

DECODERS = ["gpt2", "llama"]
ARCHITECTURES = ["bert", "distilbert", "roberta", *DECODERS]
METHODS = ["lora", "rslora", "dora", "ia3", "prompt", "prefix", "projected"]

EVERY_TARGET = {
    "bert": ["query", "value", "output.dense"],
    "distilbert": ["q_lin", "v_lin", "lin2"],
    "roberta": ["query", "key", "intermediate.dense"],
    "gpt2": ["c_attn", "c_proj", "c_fc"],
    "llama": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
}
FEW_TARGETS = {
    "bert": ["query", "intermediate.dense"],
    "distilbert": ["k_lin", "lin1"],
    "roberta": ["value", "output.dense"],
    "gpt2": ["c_attn", "mlp.c_proj"],
    "llama": ["v_proj", "down_proj"],
}
# What peft cannot find out by itself.
IA3_MODULES = {"distilbert": dict(target_modules=["k_lin", "v_lin", "lin2"], feedforward_modules=["lin2"])}
PROMPT_SHAPE = {"distilbert": dict(token_dim=16, num_layers=LAYERS, num_attention_heads=2)}


def peft_config(method, architecture, task):
    # BERT's pooler trains along in some, as it does in Fino by default.
    saved = ["pooler"] if architecture == "bert" and method in ("lora", "prompt") else None
    common = dict(task_type=task, modules_to_save=saved)
    lora = dict(**common, r=4, lora_alpha=6, lora_dropout=0.0)
    prompt = dict(**common, num_virtual_tokens=VIRTUAL, **PROMPT_SHAPE.get(architecture, {}))
    match method:
        case "lora":
            return peft.LoraConfig(**lora, target_modules=EVERY_TARGET[architecture])
        case "rslora":
            few = FEW_TARGETS[architecture]
            return peft.LoraConfig(**lora, target_modules=few, use_rslora=True, layers_to_transform=[LAYERS - 1])
        case "dora":
            return peft.LoraConfig(**lora, target_modules=FEW_TARGETS[architecture], use_dora=True)
        case "ia3":
            return peft.IA3Config(**common, **IA3_MODULES.get(architecture, {}))
        case "prompt":
            return peft.PromptTuningConfig(**prompt)
        case "prefix":
            return peft.PrefixTuningConfig(**prompt)
        case "projected":
            return peft.PrefixTuningConfig(**prompt, prefix_projection=True, encoder_hidden_size=12)


def trainable(model):
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def plain(name):
    name = name.removeprefix("base_model.model.").removeprefix("base_model.")
    for part in (".modules_to_save.default", ".default", "prompt_encoder."):
        name = name.replace(part, "")
    return name.replace("lora_magnitude_vector.weight", "lora_magnitude_vector").removeprefix("default.")


def randomize(model, seed):
    """N(0, 0.3) around what the method starts from where that is no noise: large enough for every mistake to show."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(trainable(model).items()):
            start = parameter if "ia3_l" in name or "magnitude" in name else 0.0
            parameter.copy_(start + 0.3 * torch.randn(parameter.shape, generator=generator))


def make_batches(task, padded, padding):
    """Two batches of four texts, padded on the right; for language models the loss is on each text's last half."""
    generator = torch.Generator().manual_seed(2)
    batches = []
    for lengths in ([9, 5, 7, 3], [4, 8, 6, 8]) if padded else ([7] * 4, [5] * 4):
        ids = torch.full((4, max(lengths)), padding)
        mask = torch.zeros_like(ids)
        for row, length in enumerate(lengths):
            ids[row, :length] = torch.randint(3, 60, (length,), generator=generator)
            mask[row, :length] = 1
        if task == "SEQ_CLS":
            labels = torch.randint(0, CLASSES, (4,), generator=generator)
        else:
            labels = ids.clone()
            for row, length in enumerate(lengths):
                labels[row, : length // 2] = -100
                labels[row, length:] = -100
        batches.append(dict(input_ids=ids, attention_mask=mask, labels=labels))
    return batches


def gradients(model, batch):
    model.zero_grad()
    model(**batch).loss.backward()
    return {plain(name): p.grad.clone().contiguous() for name, p in trainable(model).items()}


def decays(name):
    return not (name.endswith(".bias") or "norm" in name.lower() or "ia3_l" in name or "magnitude" in name)


def train(model, batches):
    """Losses before each of ten steps of AdamW; the batches take turns."""
    parts = {True: [], False: []}
    for name, parameter in trainable(model).items():
        parts[decays(name)].append(parameter)
    groups = [dict(params=parts[True], weight_decay=WEIGHT_DECAY), dict(params=parts[False], weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = model(**batches[step % len(batches)]).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def load_base(architecture, task):
    if task == "SEQ_CLS":
        return AutoModelForSequenceClassification.from_pretrained(HERE / architecture)
    return AutoModelForCausalLM.from_pretrained(HERE / architecture)


def write(architecture, task, method):
    folder = HERE / "peft" / f"{architecture}-{'class' if task == 'SEQ_CLS' else 'language'}-{method}"
    # With embeddings given, transformers reads a text's class at position -1, padding or not: so no padding there.
    soft = method == "prompt" and architecture in DECODERS and task == "SEQ_CLS"
    base = load_base(architecture, task)
    batches = make_batches(task, padded=not soft, padding=base.config.pad_token_id)
    torch.manual_seed(1)
    model = peft.get_peft_model(base, peft_config(method, architecture, task)).eval()
    randomize(model, seed=3)
    inputs = {key: value for key, value in batches[0].items() if key != "labels"}
    logits = model(**inputs).logits.detach()
    # A language model answers at the virtual tokens of a prompt too.
    own = logits if task == "SEQ_CLS" else logits[:, -inputs["input_ids"].shape[1] :]
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    tidy_config(folder / "adapter_config.json")
    tensors = dict(logits=own.contiguous())
    if method == "projected":
        for name, parameter in trainable(model).items():
            tensors[f"start/{plain(name)}"] = parameter.detach().clone().contiguous()
    for name, gradient in gradients(model, batches[0]).items():
        tensors[f"gradients/{name}"] = gradient
    expected = dict(
        architecture=architecture,
        task=task,
        method=method,
        batches=[{key: value.tolist() for key, value in batch.items()} for batch in batches],
        steps=dict(learningRate=LEARNING_RATE, weightDecay=WEIGHT_DECAY, losses=train(model, batches)),
        trainableParameters=sum(p.numel() for p in trainable(model).values()),
        versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
    )
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    save_file(tensors, folder / "expected.safetensors")


def tidy_config(path):
    """Sets come out in another order each time, and where the model lay is no one's concern."""
    written = json.loads(path.read_text())
    for unordered in ("target_modules", "modules_to_save", "feedforward_modules"):
        if written.get(unordered):
            written[unordered] = sorted(set(written[unordered]))
    written["base_model_name_or_path"] = path.parent.name.split("-")[0]
    path.write_text(json.dumps(written, indent=2) + "\n")


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    shutil.rmtree(HERE / "peft", ignore_errors=True)
    for architecture in ARCHITECTURES:
        for task in ["SEQ_CLS", "CAUSAL_LM"] if architecture in DECODERS else ["SEQ_CLS"]:
            for method in METHODS:
                try:
                    write(architecture, task, method)
                except ValueError as refused:
                    print(f"peft refuses {method} on {architecture} for {task}: {refused}")
