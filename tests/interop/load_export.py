"""Loads exports with the libraries they are for, and says what they warned of and what logits they have.

    python load_export.py CASES.json    (prints one JSON document)

Each case is {"format", "strategy", "outputs", "base", "folder", "texts", "snippet"}; texts are lists of token ids, and
`outputs` is null for a language model. `snippet` is run too, as it stands in the export's README.
"""
import contextlib
import io
import json
import logging
import os
import sys
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
import transformers
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification

transformers.logging.disable_progress_bar()


class Collector(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def load_base(case):
    """What lies in the base's folder is not the export's affair: a head of another size is replaced."""
    if case["format"] == "features":
        return AutoModel.from_pretrained(case["base"]).float()
    if case["outputs"] is None:
        return AutoModelForCausalLM.from_pretrained(case["base"]).float()
    return AutoModelForSequenceClassification.from_pretrained(
        case["base"], num_labels=case["outputs"], ignore_mismatched_sizes=True
    ).float()


def load_export(case, base):
    folder = case["folder"]
    if case["format"] == "hugging-face":
        auto = AutoModelForCausalLM if case["outputs"] is None else AutoModelForSequenceClassification
        return auto.from_pretrained(folder)
    if case["format"] == "adapterhub":
        base.load_adapter(folder, set_active=True, use_safetensors=True)
        return base
    if case["format"] == "features":
        return base
    from peft import PeftModel
    from safetensors.torch import load_file

    head = Path(folder, "head.safetensors")
    if head.exists():
        assert not base.load_state_dict(load_file(head), strict=False).unexpected_keys
    return PeftModel.from_pretrained(base, folder)


def logits_of(case, model, text):
    ids = torch.tensor([text])
    inputs = dict(input_ids=ids, attention_mask=torch.ones_like(ids))
    with torch.no_grad():
        if case["format"] == "features":
            classifier = json.loads(Path(case["folder"], "classifier.json").read_text(encoding="utf-8"))
            layers = model(**inputs, output_hidden_states=True).hidden_states[1:]
            averaged = layers[-4:] if classifier["pooling"] == "upper-mean" else layers[-1:]
            pooled = torch.stack(averaged).mean(0)[0].numpy().mean(0)
            return np.array(classifier["coefficients"]) @ pooled + np.array(classifier["intercepts"])
        # Soft prompts have logits of their own in front.
        logits = model(**inputs).logits[0].numpy()
        return logits if case["outputs"] is not None else logits[-len(text) :].ravel()


def run_snippet(case):
    printed = io.StringIO()
    before = os.getcwd()
    os.chdir(case["folder"])
    # The tiny models have few positions.
    source = case["snippet"].replace("max_new_tokens=256", "max_new_tokens=3")
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(source, "snippet", "exec"), {})
    finally:
        os.chdir(before)
    return printed.getvalue()


def check(case):
    if case["format"] == "fino":
        return {"logits": [], "warnings": [], "printed": run_snippet(case)}
    base = None if case["format"] == "hugging-face" else load_base(case)
    if case["format"] == "adapterhub":
        import adapters

        adapters.init(base)
    collector = Collector()
    loggers = [logging.getLogger(name) for name in ("", "transformers", "peft", "adapters")]
    for logger in loggers:
        logger.addHandler(collector)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = load_export(case, base).eval()
        logits = [logits_of(case, model, text).tolist() for text in case["texts"]]
    for logger in loggers:
        logger.removeHandler(collector)
    messages = collector.messages + [str(warning.message) for warning in caught]
    return {"logits": logits, "warnings": messages, "printed": run_snippet(case)}


def checked(case):
    try:
        return check(case)
    except Exception as refused:
        return {"logits": [], "warnings": [f"{type(refused).__name__}: {refused}"[:2000]], "printed": ""}


print(json.dumps([checked(case) for case in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))]))
