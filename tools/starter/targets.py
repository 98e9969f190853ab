"""The teacher's sentence vectors (mean-pooled, not normalised) of the English sentences that the student learns from.

Writes targets.npy (the vectors) and examples.json: English text, Portuguese text or "", kind, row of the vector.
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertModel

from common import batch_ids, mean_pool, teacher_parts


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=Path, required=True)
    ap.add_argument("--teacher", type=Path, required=True)
    ap.add_argument("--mono", type=int, default=90000, help="English sentences beside the pairs")
    ap.add_argument("--pairs", type=int, default=75000)
    args = ap.parse_args()
    torch.set_num_threads(1)
    random.seed(17)
    lines = lambda n: (args.work / n).read_text(encoding="utf-8").splitlines()
    pairs = [tuple(s.split("\t")) for s in lines("pairs.tsv")]
    known = {}  # what an earlier run made is used again
    if (args.work / "targets.npy").exists():
        old = np.load(args.work / "targets.npy")
        known = {e[0]: e[3] for e in json.loads((args.work / "examples.json").read_text())}
    own = {s.split("\t")[0] for s in Path(__file__).with_name("glossary.tsv").read_text(encoding="utf-8").splitlines()}
    short = [p for p in pairs if len(p[0].split()) < 4]
    random.shuffle(short)
    short.sort(key=lambda p: p[0] not in known)
    pairs = [p for p in pairs if 4 <= len(p[0].split()) <= 45] + short[:8000]
    random.shuffle(pairs)
    pairs.sort(key=lambda p: (p[1] not in own, p[0] not in known))
    pairs = pairs[:args.pairs]
    words = [tuple(s.split("\t")) for s in lines("words.tsv")]
    inside = {a for a, _ in pairs}
    mono = [s for s in lines("en.txt") if s not in inside and 5 <= len(s.split()) <= 40]
    glosses = [s for s in mono if ": " in s[:60]]  # meanings of the dictionary: fewer of them than of running text
    running = [s for s in mono if ": " not in s[:60]]
    for part in (glosses, running):
        random.shuffle(part)
        part.sort(key=lambda s: s not in known)
    mono = (glosses[:args.mono // 4] + running)[:args.mono]

    examples = [(a, b, "pair") for a, b in pairs] + [(a, b, "word") for a, b in words] + [(a, "", "mono") for a in mono]
    texts = sorted({e[0] for e in examples}, key=lambda s: (len(s), s))
    row = {s: i for i, s in enumerate(texts)}
    tok, state = teacher_parts(args.teacher)
    settings = json.loads((args.teacher / "config.json").read_text())
    for name in ("architectures", "transformers_version", "_name_or_path"):
        settings.pop(name, None)
    config = BertConfig(**settings)
    teacher = BertModel(config).eval()
    teacher.load_state_dict({k: v for k, v in state.items() if not k.endswith("position_ids")})
    vectors = np.zeros((len(texts), 384), dtype=np.float16)
    for i, s in enumerate(texts):
        if s in known:
            vectors[i] = old[known[s]]
    todo = [i for i, s in enumerate(texts) if s not in known]
    start = time.time()
    print(len(texts), "texts", len(pairs), "pairs", len(words), "words", len(mono), "mono", flush=True)
    with torch.no_grad():
        for i in range(0, len(todo), 64):
            part = todo[i:i + 64]
            ids, mask = batch_ids([e.ids for e in tok.encode_batch([texts[j] for j in part])], 0, 96)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                hidden = teacher(input_ids=ids, attention_mask=mask).last_hidden_state
            vectors[part] = mean_pool(hidden.float(), mask).numpy().astype(np.float16)
            if i % 12800 == 0:
                print(i, "of", len(todo), round(time.time() - start), "s", flush=True)
    np.save(args.work / "targets.npy", vectors)
    (args.work / "examples.json").write_text(json.dumps([(a, b, kind, row[a]) for a, b, kind in examples], ensure_ascii=False))


if __name__ == "__main__":
    main()
