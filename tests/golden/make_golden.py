"""Writes the golden files of this folder: what torch, transformers and peft compute for tiny random models.

    python tests/golden/make_golden.py

Made with torch 2.13.0, transformers 5.18.0 and peft 0.21.0; README.md says what each file holds.
"""
import json
import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import peft
import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    get_linear_schedule_with_warmup,
)

HERE = Path(__file__).resolve().parent
CLASSES = 3
NO_DROPOUT = {
    "bert": dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout=0.0),
    "distilbert": dict(dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0),
}
SIZES = {
    "bert": dict(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
        max_position_embeddings=32, type_vocab_size=2,
    ),
    "distilbert": dict(vocab_size=60, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=32),
}
TARGETS = {"bert": ["query", "value", "output.dense"], "distilbert": ["q_lin", "v_lin", "lin2"]}
SAVED = {"bert": ["pooler", "classifier"], "distilbert": ["pre_classifier", "classifier"]}
SCHEDULE = dict(steps=10, warmupSteps=2, learningRate=2e-3, weightDecay=0.01, clipNorm=1.0)


def make_model(architecture):
    config_class, model_class = {
        "bert": (BertConfig, BertForSequenceClassification),
        "distilbert": (DistilBertConfig, DistilBertForSequenceClassification),
    }[architecture]
    config = config_class(**SIZES[architecture], **NO_DROPOUT[architecture], num_labels=CLASSES)
    model = model_class(config)
    randomize(model, seed=1)
    return model


def randomize(model, seed, only=""):
    """N(0, 0.3) everywhere, about 1 for normalization weights: large enough for every mistake to show."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if only not in name:
                continue
            centre = 1.0 if "norm.weight" in name.lower() else 0.0
            parameter.copy_(centre + 0.3 * torch.randn(parameter.shape, generator=generator))


def make_batches():
    """Three batches of four texts of different lengths, padded on the right with 0."""
    generator = torch.Generator().manual_seed(2)
    batches = []
    for lengths in ([9, 5, 7, 3], [4, 8, 6, 8], [3, 3, 5, 4]):
        ids = torch.zeros(4, max(lengths), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, length in enumerate(lengths):
            ids[row, :length] = torch.randint(1, 60, (length,), generator=generator)
            mask[row, :length] = 1
        labels = torch.randint(0, CLASSES, (4,), generator=generator)
        batches.append(dict(input_ids=ids, attention_mask=mask, labels=labels))
    return batches


def plain(name):
    return name.removeprefix("base_model.model.").replace(".modules_to_save.default", "").replace(".default", "")


def trainable(model):
    return {plain(name): p for name, p in model.named_parameters() if p.requires_grad}


def gradients(model, batch):
    model.zero_grad()
    model(**batch).loss.backward()
    return {name: p.grad.clone() for name, p in trainable(model).items()}


def train(model, batches):
    """Losses and gradient norms before clipping of ten steps; the batches take turns."""
    decayed = [p for n, p in trainable(model).items() if n.endswith(".weight") and "norm.weight" not in n.lower()]
    others = [p for n, p in trainable(model).items() if not (n.endswith(".weight") and "norm.weight" not in n.lower())]
    groups = [dict(params=decayed, weight_decay=SCHEDULE["weightDecay"]), dict(params=others, weight_decay=0.0)]
    optimizer = torch.optim.AdamW(groups, lr=SCHEDULE["learningRate"])
    scheduler = get_linear_schedule_with_warmup(optimizer, SCHEDULE["warmupSteps"], SCHEDULE["steps"])
    steps = []
    for step in range(SCHEDULE["steps"]):
        rate = scheduler.get_last_lr()[0]
        optimizer.zero_grad()
        loss = model(**batches[step % len(batches)]).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(trainable(model).values(), SCHEDULE["clipNorm"])
        optimizer.step()
        scheduler.step()
        steps.append(dict(loss=loss.item(), gradientNorm=norm.item(), learningRate=rate))
    return steps


def write(architecture):
    folder = HERE / architecture
    shutil.rmtree(folder, ignore_errors=True)
    batches = make_batches()
    inputs = {key: value for key, value in batches[0].items() if key != "labels"}
    model = make_model(architecture)
    model.save_pretrained(folder)
    tensors, expected = {}, {}

    expected["logits"] = model(**inputs).logits.tolist()
    for name, gradient in gradients(model, batches[0]).items():
        tensors[f"full/gradients/{name}"] = gradient
    expected["fullTraining"] = train(model, batches)
    for name, parameter in trainable(model).items():
        tensors[f"full/trained/{name}"] = parameter.detach().clone()

    config = peft.LoraConfig(
        task_type="SEQ_CLS", r=4, lora_alpha=6, lora_dropout=0.0,
        target_modules=TARGETS[architecture], modules_to_save=SAVED[architecture],
    )
    adapted = peft.get_peft_model(make_model(architecture), config)
    randomize(adapted, seed=3, only="lora_")
    randomize(adapted, seed=4, only="modules_to_save")
    adapted.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    adapter_config = folder / "adapter" / "adapter_config.json"
    written = json.loads(adapter_config.read_text())
    for unordered in ("target_modules", "modules_to_save"):
        written[unordered] = sorted(written[unordered])
    adapter_config.write_text(json.dumps(written, indent=2) + "\n")
    expected["loraLogits"] = adapted(**inputs).logits.tolist()
    for name, gradient in gradients(adapted, batches[0]).items():
        tensors[f"lora/gradients/{name}"] = gradient
    expected["loraTraining"] = train(adapted, batches)
    for name, parameter in trainable(adapted).items():
        tensors[f"lora/trained/{name}"] = parameter.detach().clone()

    expected["schedule"] = SCHEDULE
    expected["batches"] = [{key: value.tolist() for key, value in batch.items()} for batch in batches]
    expected["versions"] = dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__)
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors")


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    for architecture in SIZES:
        write(architecture)
