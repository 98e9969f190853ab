"""Initialise the starter encoder from its teacher (all-MiniLM-L6-v2).

Layers: the teacher's, with a narrower feed-forward network: the intermediate neurons that matter least to the output of
the layer on English text are removed one after the other, and what they gave is worked into the rest by least squares
(optimal brain surgeon, as structured in ZipLM, Kurtic et al. 2023). Word embeddings: a piece that the teacher's vocabulary has too keeps the teacher's
vector if it is English; a piece used in Portuguese text gets the mean of the teacher's vectors of the English pieces
that it is aligned with (IBM model 1 on the parallel sentences and the dictionaries) or that glossary.tsv gives; the
rest get the mean of the teacher's vectors of their own pieces. A piece used in both languages gets a mean of both
weighed by its use.
"""

import argparse
import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from common import batch_ids, save_model, teacher_model, teacher_parts


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


def narrow(weight, inputs, size):
    """Keep `size` of the rows of weight [neurons, hidden] so that inputs [texts, neurons] @ weight changes least.

    Returns the kept rows' indices and the new weight [size, hidden]. The last column of inputs is the constant of the
    bias: its row is always kept, as the last.
    """
    covariance = inputs.T @ inputs / len(inputs)
    covariance += 1e-4 * np.diag(covariance).mean() * np.eye(len(covariance))
    inverse, weight = np.linalg.inv(covariance), weight.copy()
    alive = np.ones(len(weight), dtype=bool)
    for _ in range(len(weight) - 1 - size):
        loss = (weight ** 2).sum(1) / np.diag(inverse)
        loss[~alive] = np.inf
        loss[-1] = np.inf
        j = int(loss.argmin())
        column = inverse[:, j] / inverse[j, j]
        weight -= np.outer(column, weight[j])
        inverse -= np.outer(column, inverse[j])
        inverse[j, j] = 1.0  # a removed neuron stays out of the divisions
        weight[j] = 0
        alive[j] = False
    kept = np.flatnonzero(alive[:-1])
    return kept, weight[kept], weight[-1]


@torch.no_grad()
def narrowed_layers(teacher, tok, texts, size):
    """The teacher's state with `size` intermediate neurons in each layer."""
    seen = {i: [] for i in range(len(teacher.encoder.layer))}
    hooks = [layer.intermediate.register_forward_hook(
        lambda _, __, out, i=i: seen[i].append(out)) for i, layer in enumerate(teacher.encoder.layer)]
    keeps = []
    for i in range(0, len(texts), 64):
        ids, mask = batch_ids([e.ids for e in tok.encode_batch(texts[i:i + 64])], 0, 64)
        teacher(input_ids=ids, attention_mask=mask)
        keeps.append(mask.bool())
    for hook in hooks:
        hook.remove()
    state = dict(teacher.state_dict())
    for i, outs in seen.items():
        inputs = torch.cat([out[keep] for out, keep in zip(outs, keeps)]).double().numpy()
        inputs = np.concatenate([inputs, np.ones((len(inputs), 1))], 1)
        name = f"encoder.layer.{i}."
        weight = state[name + "output.dense.weight"].double().numpy().T
        bias = state[name + "output.dense.bias"].double().numpy()
        whole = np.concatenate([weight, bias[None]])
        kept, new, new_bias = narrow(whole, inputs, size)
        error = inputs[:, kept] @ new + new_bias - inputs @ whole
        output = inputs @ whole
        print("layer", i, "unexplained", round(float((error ** 2).sum() / ((output - output.mean(0)) ** 2).sum()), 4))
        state[name + "output.dense.weight"] = torch.from_numpy(new.T.copy()).float()
        state[name + "output.dense.bias"] = torch.from_numpy(new_bias).float()
        for part in ("weight", "bias"):
            state[name + "intermediate.dense." + part] = state[name + "intermediate.dense." + part][kept]
    return state


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=Path, required=True)
    ap.add_argument("--teacher", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    ap.add_argument("--model", type=Path, required=True, help="folder with tokenizer.json; the model is written to it")
    ap.add_argument("--intermediate", type=int, default=640)
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

    random.seed(17)
    texts = random.sample([s for s in lines("en.txt") + lines("made.txt") if 4 <= len(s.split()) <= 30], 3000)
    state = narrowed_layers(teacher_model(args.teacher), t_tok, texts, args.intermediate)
    config = BertConfig(vocab_size=size, hidden_size=384, num_hidden_layers=6, num_attention_heads=12,
                        intermediate_size=args.intermediate, max_position_embeddings=512, pad_token_id=vocab["[PAD]"])
    config.architectures = ["BertModel"]
    model = BertModel(config)
    state["embeddings.word_embeddings.weight"] = torch.from_numpy(emb)
    model.load_state_dict(state, strict=True)
    save_model(model, args.model)


if __name__ == "__main__":
    main()
