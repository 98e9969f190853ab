"""Initialise the starter encoder from its teacher (all-MiniLM-L6-v2), in the way of DistilBERT.

Layers: some of the teacher's. Word embeddings: a piece that the teacher's vocabulary has too keeps the teacher's
vector if it is English; a piece used in Portuguese text gets the mean of the teacher's vectors of the English pieces
that it is aligned with (IBM model 1 on the parallel sentences and the dictionaries) or that glossary.tsv gives; the
rest get the mean of the teacher's vectors of their own pieces. A piece used in both languages gets a mean of both
weighed by its use.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from common import save_model, teacher_parts


def model1(src, tgt, rounds=5, chunk=20000):
    """p(source piece | target piece) by IBM model 1: src, tgt are lists of id arrays; -1 in src is the empty word."""
    width = 1 << 16
    keys = []
    for i in range(0, len(src), chunk):
        part = [(np.repeat(t, len(s) + 1).astype(np.int64) * width + np.tile(np.append(s, width - 1), len(t)))
                for s, t in zip(src[i:i + chunk], tgt[i:i + chunk])]
        keys.append(np.concatenate(part))
    sizes = np.concatenate([np.repeat(len(s) + 1, len(t)) for s, t in zip(src, tgt)])
    keys = np.concatenate(keys)
    unique, index = np.unique(keys, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    source = unique % width
    prob = np.full(len(unique), 1e-3, dtype=np.float64)
    for _ in range(rounds):
        p = prob[index]
        p /= np.repeat(np.add.reduceat(p, starts), sizes)
        count = np.bincount(index, weights=p, minlength=len(unique))
        prob = count / np.bincount(source, weights=count, minlength=width)[source]
    return unique // width, source, count


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=Path, required=True)
    ap.add_argument("--teacher", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    ap.add_argument("--model", type=Path, required=True, help="folder with tokenizer.json; the model is written to it")
    ap.add_argument("--layers", default="0,1,3,5")
    args = ap.parse_args()
    torch.manual_seed(17)

    tok = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    t_tok, t_state = teacher_parts(args.teacher)
    t_emb = t_state["embeddings.word_embeddings.weight"].float().numpy()
    vocab, t_vocab = tok.get_vocab(), t_tok.get_vocab()
    size = len(vocab)

    lines = lambda n: (args.work / n).read_text(encoding="utf-8").splitlines()
    pairs = [s.split("\t") for s in lines("pairs.tsv")] + [s.split("\t") for s in lines("words.tsv")] * 2
    encode = lambda t, xs: [np.array(e.ids, dtype=np.int64) for e in t.encode_batch(xs, add_special_tokens=False)]
    src, tgt = encode(t_tok, [a for a, _ in pairs]), encode(tok, [b for _, b in pairs])
    keep = [i for i in range(len(pairs)) if 0 < len(src[i]) <= 60 and 0 < len(tgt[i]) <= 80]
    src, tgt = [src[i] for i in keep], [tgt[i] for i in keep]
    piece, source, count = model1(src, tgt)
    best = defaultdict(list)
    for p, s, c in zip(piece, source, count):
        if s != (1 << 16) - 1 and c > 0.3:
            best[int(p)].append((float(c), int(s)))

    use = {}
    for lang in ("en", "pt"):
        used = Counter()
        for e in tok.encode_batch(lines(f"{lang}.txt")[:100000], add_special_tokens=False):
            used.update(e.ids)
        total = sum(used.values())
        use[lang] = {i: n / total for i, n in used.items()}

    meaning = {}
    for line in Path(__file__).with_name("glossary.tsv").read_text(encoding="utf-8").splitlines():
        b, a = line.split("\t")
        b = tok.normalizer.normalize_str(b)
        if b in vocab and b not in t_vocab:
            meaning[vocab[b]] = t_tok.encode(a, add_special_tokens=False).ids
            if "##" + b in vocab:
                meaning[vocab["##" + b]] = meaning[vocab[b]]
    emb = np.zeros((size, t_emb.shape[1]), dtype=np.float32)
    ways = Counter()
    for word, i in vocab.items():
        if word in t_vocab:
            own = t_emb[t_vocab[word]]
        elif word.startswith("##"):
            ids = t_tok.encode("a" + word[2:], add_special_tokens=False).ids
            own = t_emb[[x for x in ids if x != t_vocab["a"]] or ids].mean(0)
        else:
            own = t_emb[t_tok.encode(word, add_special_tokens=False).ids].mean(0)
        en, pt = use["en"].get(i, 0.0), use["pt"].get(i, 0.0)
        share = pt / (en + pt) if en + pt else (0.0 if word in t_vocab else 1.0)
        aligned = sorted(best.get(i, []), reverse=True)[:8]
        total = sum(c for c, _ in aligned)
        if i in meaning and total < 20:
            emb[i] = t_emb[meaning[i]].mean(0)
            ways["glossary"] += 1
        elif aligned and total >= 1.5 and share > 0.05 and len(word) > 1:
            mean = sum(c * t_emb[s] for c, s in aligned) / total
            emb[i] = share * mean + (1 - share) * own
            ways["aligned" if share > 0.5 else "both"] += 1
        else:
            emb[i] = own
            ways["teacher's" if word in t_vocab else "pieces"] += 1
    print("embeddings", dict(ways))
    back = {v: k for k, v in t_vocab.items()}
    for w in ("nao", "cliente", "foi", "guerra", "ruim", "bom", "##mente", "##acao"):
        if w in vocab:
            print(" ", w, [(back[s], round(c, 1)) for c, s in sorted(best.get(vocab[w], []), reverse=True)[:4]])

    picked = [int(x) for x in args.layers.split(",")]
    config = BertConfig(vocab_size=size, hidden_size=384, num_hidden_layers=len(picked), num_attention_heads=12,
                        intermediate_size=1536, max_position_embeddings=512, pad_token_id=vocab["[PAD]"])
    config.architectures = ["BertModel"]
    model = BertModel(config)
    state = {k: v for k, v in t_state.items() if "encoder.layer." not in k and not k.endswith("position_ids")}
    state["embeddings.word_embeddings.weight"] = torch.from_numpy(emb)
    for new, old in enumerate(picked):
        for k, v in t_state.items():
            if k.startswith(f"encoder.layer.{old}."):
                state[k.replace(f"layer.{old}.", f"layer.{new}.")] = v
    model.load_state_dict(state, strict=True)
    save_model(model, args.model)


if __name__ == "__main__":
    main()
