"""Shared by the scripts of the starter encoder."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel


def teacher_parts(folder: Path):
    tok = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tok.no_truncation()
    tok.no_padding()
    return tok, load_file(str(folder / "model.safetensors"))


def teacher_model(folder: Path):
    settings = json.loads((folder / "config.json").read_text())
    for name in ("architectures", "transformers_version", "_name_or_path"):
        settings.pop(name, None)
    model = BertModel(BertConfig(**settings)).eval()
    state = teacher_parts(folder)[1]
    model.load_state_dict({k: v.float() for k, v in state.items() if not k.endswith("position_ids")})
    return model


def save_model(model, folder: Path):
    """config.json and model.safetensors in float16, with the names of BertModel."""
    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads(model.config.to_json_string(use_diff=True))
    for name in ("transformers_version", "dtype", "torch_dtype"):
        config.pop(name, None)
    full = model.config.to_dict()
    for name in ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
                 "hidden_act", "hidden_dropout_prob", "attention_probs_dropout_prob", "max_position_embeddings",
                 "type_vocab_size", "initializer_range", "layer_norm_eps", "pad_token_id", "model_type"):
        config[name] = full[name]
    config.update(architectures=["BertModel"], position_embedding_type="absolute", torch_dtype="float16")
    (folder / "config.json").write_text(json.dumps(dict(sorted(config.items())), indent=2) + "\n", encoding="utf-8")
    state = {k: v.detach().to(torch.float16).contiguous() for k, v in model.state_dict().items()}
    state = {k: v for k, v in state.items() if not k.endswith("position_ids")}
    save_file(state, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)


def mean_pool(hidden, mask):
    m = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * m).sum(1) / m.sum(1).clamp(min=1)


def batch_ids(rows, pad, limit):
    rows = [r[:limit] for r in rows]
    width = max(len(r) for r in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for i, r in enumerate(rows):
        ids[i, :len(r)] = torch.as_tensor(r, dtype=torch.long)
        mask[i, :len(r)] = 1
    return ids, mask
