"""Writes adapterhub/: what AdapterHub's adapters computes with bottleneck adapters on the tiny models of this folder.

    python tests/golden/make_adapters.py

Made with torch 2.13.0, transformers 4.57.6 and adapters 1.3.0; README.md says what each file holds.
"""
import json
import os
import shutil
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import adapters
import torch
import transformers
from adapters import AdapterConfig
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

transformers.logging.set_verbosity_error()

HERE = Path(__file__).resolve().parent
OUT = HERE / "adapterhub"
CLASSES = 3
STEPS, LEARNING_RATE, WEIGHT_DECAY = 10, 5e-3, 0.01
METHODS = ["seq_bn", "double_seq_bn", "par_bn"]
MODELS = {
    "class": ["bert", "distilbert", "roberta", "xlm-roberta", "gpt2", "llama", "mistral"],
    "language": ["gpt2", "llama", "qwen2"],
}


def config_of(architecture):
    """config.json as transformers 4 reads it: rotary settings have other names there."""
    settings = json.loads((HERE / architecture / "config.json").read_text())
    rotary = settings.pop("rope_parameters", None)
    if rotary:
        settings["rope_theta"] = rotary.pop("rope_theta")
        settings["rope_scaling"] = rotary if rotary["rope_type"] != "default" else None
    return AutoConfig.for_model(settings.pop("model_type"), **{**settings, "pad_token_id": settings["pad_token_id"]})


def load_base(architecture, task):
    config = config_of(architecture)
    auto = AutoModelForSequenceClassification if task == "class" else AutoModelForCausalLM
    model = auto.from_config(config)
    missing, _ = model.load_state_dict(load_file(HERE / architecture / "model.safetensors"), strict=False)
    assert all(name == "lm_head.weight" and config.tie_word_embeddings for name in missing), missing
    return model


def trainable(model):
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def plain(name):
    return name.replace(".adapters.task.", ".adapters.")


def randomize(parameters):
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for _, parameter in sorted(parameters.items()):
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))


def make_batches(task, padding):
    """Two batches of four texts, padded on the right; language models learn each text's last half."""
    generator = torch.Generator().manual_seed(2)
    batches = []
    for lengths in ([9, 5, 7, 3], [4, 8, 6, 8]):
        ids = torch.full((4, max(lengths)), padding)
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
        groups[1 if name.endswith(".bias") else 0]["params"].append(parameter)
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = model(**batches[step % len(batches)]).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def write(architecture, task, method):
    folder = OUT / f"{architecture}-{task}-{method}"
    model = load_base(architecture, task)
    adapters.init(model)
    model.add_adapter("task", config=AdapterConfig.load(method, reduction_factor=4))
    model.train_adapter("task")
    model.eval()
    if task == "language":
        for parameter in model.lm_head.parameters():
            parameter.requires_grad = False
        # As where the library trained the language-model head along.
        if (architecture, method) == ("llama", "par_bn"):
            randomize({"lm_head": model.lm_head.weight})
    randomize(trainable(model))
    model.save_adapter(folder, "task", use_safetensors=True)
    finish(folder, model, architecture, task, method)


def write_flexible(architecture, task, method):
    """A head of the library's own kind, of two layers."""
    folder = OUT / f"{architecture}-flexible-{method}"
    model = adapters.AutoAdapterModel.from_config(config_of(architecture))
    tensors = load_file(HERE / architecture / "model.safetensors")
    model.load_state_dict(tensors, strict=False)
    model.add_adapter("task", config=AdapterConfig.load(method, reduction_factor=4))
    model.add_classification_head("task", num_labels=CLASSES, id2label={0: "bill", 1: "fault", 2: "praise"})
    model.train_adapter("task")
    model.eval()
    randomize(trainable(model))
    model.save_adapter(folder, "task", use_safetensors=True)
    finish(folder, model, architecture, task, method)


def finish(folder, model, architecture, task, method):
    batches = make_batches(task, model.config.pad_token_id)
    inputs = {key: value for key, value in batches[0].items() if key != "labels"}
    tensors = {"logits": model(**inputs).logits.detach().contiguous()}
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
        versions=dict(torch=torch.__version__, transformers=transformers.__version__, adapters=adapters.__version__),
    )
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    save_file(tensors, folder / "expected.safetensors")
    # The same each time: a name that the model never had is a path of this machine, or nothing.
    for name in ["adapter_config.json", "head_config.json"]:
        written = json.loads((folder / name).read_text())
        written["model_name"] = architecture
        (folder / name).write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    for task, architectures in MODELS.items():
        for architecture in architectures:
            for method in METHODS:
                write(architecture, task, method)
    for architecture in ["bert", "roberta"]:
        write_flexible(architecture, "class", "seq_bn")
