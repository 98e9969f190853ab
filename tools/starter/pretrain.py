"""Pretrain the starter encoder: distillation of the teacher's sentence vectors and masked language modelling.

An example is a text and the teacher's vector of its English meaning. The text is the Portuguese side of a pair, the
English side, an English sentence with some of its words replaced by Portuguese ones of the dictionaries, a dictionary
entry, or an English sentence. A third of the batches are masked and learn the masked pieces too; the head for that
is kept in the checkpoint only. The learning rate falls to zero over --minutes of training; --resume goes on.
"""

import argparse
import json
import random
import re
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

from common import batch_ids, mean_pool, save_model


class Head(nn.Module):
    def __init__(self, size, vocab):
        super().__init__()
        self.dense, self.norm, self.bias = nn.Linear(size, size), nn.LayerNorm(size), nn.Parameter(torch.zeros(vocab))

    def forward(self, hidden, embeddings):
        return F.linear(self.norm(F.gelu(self.dense(hidden))), embeddings, self.bias)


class Examples:
    """Draws batches of texts of about one length, with the row of the teacher's vector of each."""

    SHARES = {"pt": 0.42, "switch": 0.18, "mono": 0.2, "en": 0.08, "word": 0.07, "own": 0.05}

    def __init__(self, work, rng):
        self.rng = rng
        glossary = Path(__file__).with_name("glossary.tsv").read_text(encoding="utf-8")
        own = {s.split("\t")[0] for s in glossary.splitlines()}
        self.lists = defaultdict(list)
        self.dictionary = defaultdict(list)
        for en, pt, kind, row in json.loads((work / "examples.json").read_text()):
            if pt in own:
                self.lists["own"].append((pt, row))
            if kind == "pair":
                self.lists["pt"].append((pt, row))
                self.lists["en"].append((en, row))
            elif kind == "word":
                self.lists["word"].append((pt, row))
                if " " not in en:
                    self.dictionary[en.lower()].append(pt)
            else:
                self.lists["mono"].append((en, row))
                self.lists["switch"].append((en, row))
        self.queues = {k: [] for k in self.lists}

    def switch(self, text):
        def one(match):
            w = match.group(0).lower()
            for ending in ("", "s", "ed", "es", "ing"):
                form = w.removesuffix(ending)
                if w.endswith(ending) and form in self.dictionary and self.rng.random() < 0.6:
                    return self.rng.choice(self.dictionary[form])
            return match.group(0)

        return re.sub(r"[A-Za-z]{2,}", one, text)

    def draw(self, kind):
        if not self.queues[kind]:
            self.queues[kind] = self.rng.sample(self.lists[kind], len(self.lists[kind]))
        text, row = self.queues[kind].pop()
        return (self.switch(text) if kind == "switch" else text), row

    def pool(self, count):
        kinds = self.rng.choices(list(self.SHARES), list(self.SHARES.values()), k=count)
        return [self.draw(k) for k in kinds]


def mask_pieces(ids, special, mask_id, size, generator):
    """BERT's masking: 15 % of the pieces; of these 80 % [MASK], 10 % any piece, 10 % unchanged."""
    r = torch.rand(ids.shape, generator=generator)
    chosen = (r < 0.15) & ~torch.isin(ids, special)
    how = torch.rand(ids.shape, generator=generator)
    out = torch.where(chosen & (how < 0.8), torch.full_like(ids, mask_id), ids)
    swap = chosen & (how >= 0.8) & (how < 0.9)
    out = torch.where(swap, torch.randint(5, size, ids.shape, generator=generator), out)
    return out, chosen


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=Path, required=True)
    ap.add_argument("--model", type=Path, required=True, help="the initialised model")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--minutes", type=float, default=50)
    ap.add_argument("--lr", type=float, default=4e-4)
    ap.add_argument("--batch", type=int, default=96)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--resume", action="store_true")
    ap.add_argument("--seed", type=int, default=17)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    generator = torch.Generator().manual_seed(args.seed)

    tok = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    vectors = torch.from_numpy(np.load(args.work / "targets.npy"))
    model = AutoModel.from_pretrained(args.model, dtype=torch.float32).train()
    for module in model.modules():  # so short a pretraining does better without
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if hasattr(module, "dropout_prob"):
            module.dropout_prob = 0.0
    size = model.config.vocab_size
    head = Head(model.config.hidden_size, size)
    params = [p for n, p in model.named_parameters() if not n.startswith("pooler.")] + list(head.parameters())
    optimizer = torch.optim.AdamW(params, lr=args.lr, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    step, spent = 0, 0.0
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint = args.out / "checkpoint.pt"
    if args.resume and checkpoint.exists():
        c = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(c["model"])
        head.load_state_dict(c["head"])
        optimizer.load_state_dict(c["optimizer"])
        step, spent = c["step"], c["spent"]
        rng.seed(args.seed + step)
        generator.manual_seed(args.seed + step)
    examples = Examples(args.work, rng)
    special = torch.tensor([tok.token_to_id(t) for t in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")])
    mask_id = tok.token_to_id("[MASK]")

    def save():
        state = {"model": model.state_dict(), "head": head.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save({**state, "step": step, "spent": spent}, checkpoint.with_suffix(".tmp"))
        checkpoint.with_suffix(".tmp").rename(checkpoint)
        save_model(model, args.out)
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
            (args.out / name).write_bytes((args.model / name).read_bytes())

    sums, last_save, batches, pieces = defaultdict(list), spent, [], 0
    while spent < args.minutes * 60:
        start = time.time()
        if not batches:
            pool = examples.pool(args.batch * 24)
            ids = [e.ids for e in tok.encode_batch([t for t, _ in pool])]
            order = sorted(range(len(pool)), key=lambda i: len(ids[i]))
            groups = [order[k:k + args.batch] for k in range(0, len(order), args.batch)]
            batches = [[(ids[i], pool[i][1]) for i in group] for group in groups]
            rng.shuffle(batches)
        batch = batches.pop()
        ids, mask = batch_ids([b[0] for b in batch], 0, 96)
        rows = torch.tensor([b[1] for b in batch])
        target = vectors[rows].float()
        masked = rng.random() < 1 / 3
        inputs, chosen = mask_pieces(ids, special, mask_id, size, generator) if masked else (ids, None)
        done = spent / (args.minutes * 60)
        rate = args.lr * min(1.0, (step + 1) / 150) * max(0.02, 1 - done)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model(input_ids=inputs, attention_mask=mask).last_hidden_state
        pooled = mean_pool(hidden.float(), mask)
        a, b = F.normalize(pooled, dim=-1), F.normalize(target, dim=-1)
        cosine = (1 - (a * b).sum(-1)).mean()
        # each text nearer to its own meaning than to the others of the batch; the same meaning twice is no other
        scores = a @ b.T / 0.05
        same = rows[:, None] == rows[None, :]
        scores = scores.masked_fill(same & ~torch.eye(len(rows), dtype=torch.bool), -1e4)
        contrast = F.cross_entropy(scores, torch.arange(len(rows)))
        scale = F.mse_loss(pooled, target) * 4
        loss = 4 * cosine + 0.15 * contrast + scale
        if masked and chosen.any():
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = head(hidden[chosen], model.embeddings.word_embeddings.weight)
            lm = F.cross_entropy(logits.float(), ids[chosen])
            loss = loss + 0.15 * lm
            sums["masked"].append(lm.item())
        loss.backward()
        nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        pieces += int(mask.sum())
        spent += time.time() - start
        for name, value in (("cosine", cosine), ("contrast", contrast), ("scale", scale)):
            sums[name].append(value.item())
        if step % 50 == 0:
            figures = " ".join(f"{k} {np.mean(v):.3f}" for k, v in sums.items())
            print(f"step {step} minutes {spent / 60:.1f} lr {rate:.1e} pieces {pieces} {figures}", flush=True)
            sums.clear()
        if spent - last_save > 600:
            save()
            last_save = spent
    save()


if __name__ == "__main__":
    main()
