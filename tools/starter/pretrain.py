"""Pretrain the starter encoder: distillation of the teacher's hidden states and sentence vectors, and masked language
modelling of Portuguese.

An example is an English text with a Portuguese one that says the same: gathered parallel sentences, machine
translations, entries of the dictionaries. The teacher reads the English. The student reads the Portuguese, or the English,
or the English with some words exchanged for Portuguese ones. For English every word's vector is drawn to the teacher's
at every layer (pieces averaged: the two cut words differently). For all, the sentence's mean vector and what the last
layer says of [CLS] are drawn to the teacher's mean vector, so that heads which read the first position find the sentence
there; the pooler that they read it through standardizes it in the end. In some of the batches 15 % of the Portuguese
pieces are masked and learnt too; the head for that is kept in the checkpoint only. The learning rate falls to zero over
--minutes of training, or over --steps; --resume goes on.
"""

import argparse
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

from common import batch_ids, mean_pool, save_model, teacher_model, teacher_parts

MOST_PIECES = 80


class Head(nn.Module):
    def __init__(self, size, vocab):
        super().__init__()
        self.dense, self.norm, self.bias = nn.Linear(size, size), nn.LayerNorm(size), nn.Parameter(torch.zeros(vocab))

    def forward(self, hidden, embeddings):
        return F.linear(self.norm(F.gelu(self.dense(hidden))), embeddings, self.bias)


class Examples:
    """Draws (English, what the student reads, whether that is the English itself, whether it is written Portuguese)."""

    SHARES = {"made": 0.38, "gathered": 0.22, "pair": 0.22, "switch": 0.08, "word": 0.07, "own": 0.03}

    def __init__(self, work, rng):
        self.rng = rng
        lines = lambda n: (work / n).read_text(encoding="utf-8").splitlines()
        split = lambda n: [tuple(s.split("\t")) for s in lines(n)]
        fits = lambda s: 2 <= len(s.split()) <= 40
        own = {s.split("\t")[0] for s in Path(__file__).with_name("glossary.tsv").read_text(encoding="utf-8").splitlines()}
        pairs = [p for p in split("pairs.tsv") if fits(p[0]) and fits(p[1])]
        made = set(lines("made.txt"))
        self.lists = {
            "made": [p for p in split("translated.tsv") if p[0] in made and fits(p[0])],
            "gathered": [(s, None) for s in lines("en.txt") if 4 <= len(s.split()) <= 40]
            + [p for p in split("translated.tsv") if p[0] not in made and fits(p[0])],
            "pair": pairs,
            "own": [p for p in pairs + split("words.tsv") if p[1] in own],
            "word": split("words.tsv"),
        }
        self.lists["switch"] = self.lists["gathered"]
        self.dictionary = defaultdict(list)
        for en, pt in self.lists["word"]:
            if " " not in en:
                self.dictionary[en.lower()].append(pt)
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

    def draw(self):
        kind = self.rng.choices(list(self.SHARES), list(self.SHARES.values()))[0]
        if not self.queues[kind]:
            self.queues[kind] = self.rng.sample(self.lists[kind], len(self.lists[kind]))
        en, pt = self.queues[kind].pop()
        if kind == "switch":
            return en, self.switch(en), False, False
        if pt is None or kind in ("made", "gathered") and self.rng.random() < 0.6 or kind == "pair" and self.rng.random() < 0.2:
            return en, en, True, False
        return en, pt, False, kind in ("pair", "own")


def mask_pieces(ids, special, mask_id, size, generator):
    """BERT's masking: 15 % of the pieces; of these 80 % [MASK], 10 % any piece, 10 % unchanged."""
    r = torch.rand(ids.shape, generator=generator)
    chosen = (r < 0.15) & ~torch.isin(ids, special)
    how = torch.rand(ids.shape, generator=generator)
    out = torch.where(chosen & (how < 0.8), torch.full_like(ids, mask_id), ids)
    swap = chosen & (how >= 0.8) & (how < 0.9)
    out = torch.where(swap, torch.randint(5, size, ids.shape, generator=generator), out)
    return out, chosen


def word_slots(encodings, width, first):
    """For each piece the number of its word, counted over the batch; pieces of texts left out and padding get 0."""
    slots, following = torch.zeros((len(encodings), width), dtype=torch.long), first
    for i, e in enumerate(encodings):
        if e is None:
            continue
        words = [-1 if w is None else w for w in e.word_ids]
        words[0], words[-1] = 0, max(words) + 2
        numbers = [w + 1 if 0 < k < len(words) - 1 else w for k, w in enumerate(words)]
        slots[i, :len(words)] = torch.tensor(numbers) + following
        following += numbers[-1] + 1
    return slots, following


def word_means(hidden, slots, count):
    sums = torch.zeros((count, hidden.shape[-1])).index_add_(0, slots.flatten(), hidden.flatten(0, 1).float())
    return sums[1:] / torch.bincount(slots.flatten(), minlength=count)[1:, None].clamp(min=1)


@torch.no_grad()
def set_pooler(model, tok, texts):
    """Every value of the last layer's [CLS] comes out with mean 0 and deviation 0.5 before the pooler's tanh, or less where it hardly varies."""
    model.eval()
    encodings, firsts = sorted(tok.encode_batch(texts), key=len), []
    for i in range(0, len(encodings), 64):
        ids, mask = batch_ids([e.ids for e in encodings[i:i + 64]], 0, MOST_PIECES)
        firsts.append(model(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0])
    firsts = torch.cat(firsts)
    deviations = firsts.std(0)
    scale = 0.5 / deviations.clamp(min=0.3 * deviations.median())
    model.pooler.dense.weight.copy_(torch.diag(scale))
    model.pooler.dense.bias.copy_(-firsts.mean(0) * scale)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=Path, required=True)
    ap.add_argument("--teacher", type=Path, required=True)
    ap.add_argument("--model", type=Path, required=True, help="the initialised model")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--minutes", type=float, default=55)
    ap.add_argument("--steps", type=int, help="in place of --minutes: the same on every run")
    ap.add_argument("--lr", type=float, default=6e-4)
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
    teacher, t_tok = teacher_model(args.teacher), teacher_parts(args.teacher)[0]
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
    print({k: len(v) for k, v in examples.lists.items()}, flush=True)
    special = torch.tensor([tok.token_to_id(t) for t in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")])
    mask_id = tok.token_to_id("[MASK]")

    def save():
        state = {"model": model.state_dict(), "head": head.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save({**state, "step": step, "spent": spent}, checkpoint.with_suffix(".tmp"))
        checkpoint.with_suffix(".tmp").rename(checkpoint)
        save_model(model, args.out)
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
            (args.out / name).write_bytes((args.model / name).read_bytes())

    def next_batches():
        drawn = [examples.draw() for _ in range(args.batch * 24)]
        mine = tok.encode_batch([text for _, text, _, _ in drawn])
        theirs = t_tok.encode_batch([en for en, _, _, _ in drawn])
        kept = [i for i in range(len(drawn)) if len(mine[i]) <= MOST_PIECES and len(theirs[i]) <= MOST_PIECES]
        kept.sort(key=lambda i: len(mine[i]))
        groups = [kept[k:k + args.batch] for k in range(0, len(kept), args.batch)]
        rng.shuffle(groups)
        return [[(mine[i], theirs[i], *drawn[i][2:]) for i in group] for group in groups]

    sums, last_save, batches, pieces = defaultdict(list), spent, [], 0
    progress = lambda: step / args.steps if args.steps else spent / (args.minutes * 60)
    while progress() < 1:
        start = time.time()
        if not batches:
            batches = next_batches()
        mine, theirs, same, written = zip(*batches.pop())
        ids, mask = batch_ids([e.ids for e in mine], 0, MOST_PIECES)
        t_ids, t_mask = batch_ids([e.ids for e in theirs], 0, MOST_PIECES)
        masked = rng.random() < 0.3 and any(written)
        inputs = ids
        if masked:
            inputs, chosen = mask_pieces(ids, special, mask_id, size, generator)
            chosen &= torch.tensor(written)[:, None]
            inputs = torch.where(chosen, inputs, ids)
        rate = args.lr * min(1.0, (step + 1) / 150) * max(0.02, 1 - progress())
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            target_layers = teacher(input_ids=t_ids, attention_mask=t_mask, output_hidden_states=True).hidden_states
        with torch.autocast("cpu", dtype=torch.bfloat16):
            layers = model(input_ids=inputs, attention_mask=mask, output_hidden_states=True).hidden_states
        target, pooled = mean_pool(target_layers[-1].float(), t_mask), mean_pool(layers[-1].float(), mask)
        a, b = F.normalize(pooled, dim=-1), F.normalize(target, dim=-1)
        cosine = (1 - (a * b).sum(-1)).mean()
        # each text nearer to its own meaning than to the others of the batch
        contrast = F.cross_entropy(a @ b.T / 0.05, torch.arange(len(mine)))
        scale = F.mse_loss(pooled, target) * 4
        first = layers[-1][:, 0].float()
        opening = (1 - F.cosine_similarity(first, target)).mean()
        loss = 3 * cosine + 0.1 * contrast + scale + 2 * opening + 2 * F.mse_loss(first, target)
        if any(same):
            aligned = [s and [w for w in x.word_ids if w is not None][-1:] == [w for w in y.word_ids if w is not None][-1:]
                       for s, x, y in zip(same, mine, theirs)]
            slots, count = word_slots([e if ok else None for e, ok in zip(mine, aligned)], ids.shape[1], 1)
            t_slots, t_count = word_slots([e if ok else None for e, ok in zip(theirs, aligned)], t_ids.shape[1], 1)
            assert count == t_count
            if count > 1:
                errors = []
                for s, t in zip(layers, target_layers):
                    if s is layers[-1]:  # its [CLS] has another aim
                        slots, t_slots = slots.clone(), t_slots.clone()
                        slots[:, 0] = t_slots[:, 0] = 0
                    wanted = word_means(t, t_slots, count)
                    errors.append(F.mse_loss(word_means(s, slots, count), wanted) / wanted.var())
                words = torch.stack(errors)
                share = sum(aligned) / len(aligned)
                loss = loss + share * (2 * words[-1] + words[:-1].mean() * 2)
                sums["words"].append(words[-1].item())
                sums["below"].append(words[:-1].mean().item())
                same_rows = torch.tensor(same)
                sums["english"].append((1 - (a * b).sum(-1))[same_rows].mean().item())
        if masked and chosen.any():
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = head(layers[-1][chosen], model.embeddings.word_embeddings.weight)
            lm = F.cross_entropy(logits.float(), ids[chosen])
            loss = loss + 0.1 * lm
            sums["masked"].append(lm.item())
        loss.backward()
        nn.utils.clip_grad_norm_(params, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        pieces += int(mask.sum())
        spent += time.time() - start
        for name, value in (("cosine", cosine), ("opening", opening), ("contrast", contrast), ("scale", scale)):
            sums[name].append(value.item())
        if step % 50 == 0:
            figures = " ".join(f"{k} {np.mean(v):.3f}" for k, v in sums.items())
            print(f"step {step} minutes {spent / 60:.1f} lr {rate:.1e} pieces {pieces} {figures}", flush=True)
            sums.clear()
        if spent - last_save > 600:
            save()
            last_save = spent
    set_pooler(model, tok, [text for _, text, _, _ in (examples.draw() for _ in range(4096))])
    save()


if __name__ == "__main__":
    main()
