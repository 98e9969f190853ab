"""Writes a folder for each architecture: a tiny random model, and what torch and transformers compute with it.

    python tests/golden/make_golden.py

Made with torch 2.13.0 and transformers 5.18.0; README.md says what each file holds.
"""
import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

transformers.logging.set_verbosity_error()

HERE = Path(__file__).resolve().parent
CLASSES = 3
SCHEDULE = dict(steps=10, warmupSteps=2, learningRate=2e-3, weightDecay=0.01, clipNorm=1.0)

BERT = dict(
    vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
    max_position_embeddings=32, type_vocab_size=2,
    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout=0.0,
)
LLAMA = dict(
    vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    intermediate_size=24, max_position_embeddings=64, pad_token_id=0,
)
# llama: grouped heads, all three bands of llama3's scaling, a head of its own. llama-linear: heads that are wider together
# than the model, every bias, tied embeddings. mistral: a window shorter than the texts.
MODELS = {
    "bert": ("bert", BERT),
    "distilbert": (
        "distilbert",
        dict(
            vocab_size=60, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=32,
            dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0,
        ),
    ),
    "roberta": ("roberta", dict(BERT, layer_norm_eps=1e-5, pad_token_id=1)),
    "xlm-roberta": ("xlm-roberta", dict(BERT, layer_norm_eps=1e-5, pad_token_id=1, type_vocab_size=1)),
    "gpt2": (
        "gpt2",
        dict(
            vocab_size=60, n_positions=32, n_embd=16, n_layer=2, n_head=2, n_inner=24, pad_token_id=0,
            bos_token_id=1, eos_token_id=2, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        ),
    ),
    "llama": (
        "llama",
        dict(
            LLAMA, hidden_size=32, intermediate_size=24,
            rope_parameters=dict(
                rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                original_max_position_embeddings=100,
            ),
        ),
    ),
    "llama-linear": (
        "llama",
        dict(
            LLAMA, head_dim=6, attention_bias=True, mlp_bias=True, tie_word_embeddings=True,
            rope_parameters=dict(rope_type="linear", rope_theta=100.0, factor=2.0),
        ),
    ),
    "mistral": ("mistral", dict(LLAMA, sliding_window=4)),
    "qwen2": ("qwen2", dict(LLAMA, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2)),
}
DECODERS = ["gpt2", "llama", "llama-linear", "mistral", "qwen2"]


def is_normalization(name):
    return "norm" in name.lower() or ".ln_" in name


def randomize(model):
    """N(0, 0.3) everywhere, about 1 for normalization weights: large enough for every mistake to show."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            centre = 1.0 if is_normalization(name) and name.endswith(".weight") else 0.0
            parameter.copy_(centre + 0.3 * torch.randn(parameter.shape, generator=generator))


def write_model(name):
    """The sequence classifier, and beside it in the same file the language-model head where that is no embedding table."""
    kind, settings = MODELS[name]
    config = AutoConfig.for_model(kind, **settings, num_labels=CLASSES)
    model = AutoModelForSequenceClassification.from_config(config)
    randomize(model)
    model.save_pretrained(HERE / name)
    file = HERE / name / "model.safetensors"
    tensors = load_file(file)
    if name in DECODERS and not config.tie_word_embeddings:
        generator = torch.Generator().manual_seed(4)
        tensors["lm_head.weight"] = 0.3 * torch.randn(60, config.hidden_size, generator=generator)
    save_file(tensors, file, metadata=dict(format="pt"))


def make_batches(padding):
    """Three batches of four texts of different lengths; `targets` are the tokens of the last half, which language models learn."""
    generator = torch.Generator().manual_seed(2)
    batches = []
    for lengths in ([9, 5, 7, 3], [4, 8, 6, 8], [3, 3, 5, 4]):
        ids = torch.full((4, max(lengths)), padding)
        mask = torch.zeros_like(ids)
        targets = torch.full_like(ids, -100)
        for row, length in enumerate(lengths):
            ids[row, :length] = torch.randint(3, 60, (length,), generator=generator)
            mask[row, :length] = 1
            targets[row, length // 2 : length] = ids[row, length // 2 : length]
        labels = torch.randint(0, CLASSES, (4,), generator=generator)
        batches.append(dict(input_ids=ids, attention_mask=mask, labels=labels, targets=targets))
    return batches


def loss_of(model, batch, answers):
    return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=batch[answers]).loss


def train(model, batches, answers):
    """Losses and gradient norms before clipping of ten steps; the batches take turns."""
    groups = [dict(params=[], weight_decay=SCHEDULE["weightDecay"]), dict(params=[], weight_decay=0.0)]
    for name, parameter in model.named_parameters():
        groups[0 if name.endswith(".weight") and not is_normalization(name) else 1]["params"].append(parameter)
    optimizer = torch.optim.AdamW(groups, lr=SCHEDULE["learningRate"])
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, SCHEDULE["warmupSteps"], SCHEDULE["steps"])
    steps = []
    for step in range(SCHEDULE["steps"]):
        rate = schedule.get_last_lr()[0]
        optimizer.zero_grad()
        loss = loss_of(model, batches[step % len(batches)], answers)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), SCHEDULE["clipNorm"])
        optimizer.step()
        schedule.step()
        steps.append(dict(loss=loss.item(), gradientNorm=norm.item(), learningRate=rate))
    return steps


def write_expected(name):
    heads = [("classification", AutoModelForSequenceClassification, "labels")]
    if name in DECODERS:
        heads.append(("language", AutoModelForCausalLM, "targets"))
    batches = make_batches(MODELS[name][1].get("pad_token_id", 0))
    tensors, training = {}, {}
    for head, model_class, answers in heads:
        model = model_class.from_pretrained(HERE / name).train()  # nothing drops out
        inputs = {key: batches[0][key] for key in ("input_ids", "attention_mask")}
        tensors[f"{head}/logits"] = model(**inputs).logits.detach()
        loss_of(model, batches[0], answers).backward()
        for parameter_name, parameter in model.named_parameters():
            tensors[f"{head}/gradients/{parameter_name}"] = parameter.grad.clone()
        training[head] = train(model, batches, answers)
    expected = dict(
        training=training,
        schedule=SCHEDULE,
        batches=[{key: value.tolist() for key, value in batch.items()} for batch in batches],
        versions=dict(torch=torch.__version__, transformers=transformers.__version__),
    )
    (HERE / name / "expected.json").write_text(json.dumps(expected) + "\n")
    contiguous = {key: tensor.contiguous() for key, tensor in tensors.items()}
    save_file(contiguous, HERE / name / "expected.safetensors")


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    for architecture in MODELS:
        write_model(architecture)
        write_expected(architecture)
