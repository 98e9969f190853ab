"""Loads exports with transformers and peft alone, and says what they warned of and what logits they have.

    python load_export.py CASES.json    (prints one JSON document)

Each case is {"format", "base", "folder", "input_ids", "attention_mask", "snippet"}; `snippet` is run too.
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
from peft import PeftModel
from transformers import AutoModel, AutoModelForSequenceClassification

transformers.logging.disable_progress_bar()


class Collector(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def logits_of(case):
    inputs = {key: torch.tensor(case[key]) for key in ("input_ids", "attention_mask")}
    with torch.no_grad():
        if case["format"] == "features":
            classifier = json.loads(Path(case["folder"], "classifier.json").read_text(encoding="utf-8"))
            hidden = AutoModel.from_pretrained(case["base"]).float().eval()(**inputs).last_hidden_state
            mask = inputs["attention_mask"].unsqueeze(-1)
            features = ((hidden * mask).sum(1) / mask.sum(1)).numpy()
            return features @ np.array(classifier["coefficients"]).T + np.array(classifier["intercepts"])
        if case["format"] == "hugging-face":
            model = AutoModelForSequenceClassification.from_pretrained(case["folder"])
        else:
            base = AutoModelForSequenceClassification.from_pretrained(case["base"], num_labels=3).float()
            model = PeftModel.from_pretrained(base, case["folder"])
        return model.eval()(**inputs).logits.numpy()


def run_snippet(case):
    printed = io.StringIO()
    before = os.getcwd()
    os.chdir(case["folder"])
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(case["snippet"], "snippet", "exec"), {})
    finally:
        os.chdir(before)
    return printed.getvalue().strip()


def check(case):
    collector = Collector()
    loggers = [logging.getLogger(name) for name in ("", "transformers", "peft")]
    for logger in loggers:
        logger.addHandler(collector)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        logits = logits_of(case)
    for logger in loggers:
        logger.removeHandler(collector)
    messages = collector.messages + [str(warning.message) for warning in caught]
    return {"logits": logits.tolist(), "warnings": messages, "printed": run_snippet(case)}


print(json.dumps([check(case) for case in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))]))
