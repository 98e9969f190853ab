"""Writes stories260k.json: what transformers writes with a real LLaMA, greedily.

    python tests/golden/make_generation.py FOLDER_OF_STORIES260K

Made with torch 2.13.0 and transformers 5.18.0; README.md says where the model comes from.
"""
import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

PROMPT = "Once upon a time, there was a little girl"
TOKENS = 120

if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = sys.argv[1]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    prompt = AutoTokenizer.from_pretrained(folder)(PROMPT, return_tensors="pt")
    settings = dict(do_sample=False, min_new_tokens=TOKENS, max_new_tokens=TOKENS, pad_token_id=0)
    written = model.generate(prompt["input_ids"], attention_mask=prompt["attention_mask"], **settings)
    start = prompt["input_ids"].shape[1]
    with torch.no_grad():
        steps = model(written).logits[0, start - 1 : -1].topk(2).values
    expected = dict(
        prompt=PROMPT,
        promptTokens=prompt["input_ids"][0].tolist(),
        tokens=written[0, start:].tolist(),
        # How clear the closest choice was: far above what rounding can turn.
        smallestMargin=(steps[:, 0] - steps[:, 1]).min().item(),
        versions=dict(torch=torch.__version__, transformers=transformers.__version__),
    )
    (Path(__file__).resolve().parent / "stories260k.json").write_text(json.dumps(expected) + "\n")
