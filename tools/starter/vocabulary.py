"""Make the bilingual lower-cased WordPiece vocabulary and tokenizer.json of the starter encoder.

Candidates are the pieces of two published vocabularies (both ordered by frequency: BERT base uncased, Apache-2.0, for
English; BERTimbau, MIT, for Portuguese) and the pieces that the WordPiece trainer of the tokenizers library finds in
the gathered text. Each candidate is scored by its rank in the published list (Zipf, 85 in 100) and by its use in the
gathered text (15 in 100; alone it would give a vocabulary of software manuals), the two languages weighing the same.
Single words and emoji of glossary.tsv are always in. The published lists come from encyclopedias, the texts of analysts
do not: names and years weigh less, adjectives and adverbs, which carry judgements, weigh more.

Accents are stripped: informal Portuguese is written with and without them ("nao", "não"), one entry then serves both
and the small vocabulary goes further; the teacher strips them as well.
"""

import argparse
import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
GLOSSARY = Path(__file__).with_name("glossary.tsv")
CHARS = "abcdefghijklmnopqrstuvwxyz0123456789" + "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" + "…“”‘’«»–—•ªº°€£§©®ßæœø"


def tokenizer_of(vocab, max_chars=100):
    tok = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=max_chars))
    tok.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    return tok


def fold(s):
    s = unicodedata.normalize("NFD", s.lower())
    return "".join(c for c in s if unicodedata.category(c) != "Mn")


def ranked(path):
    """The pieces of a published vocabulary in its order, folded, without numbers over 2 digits and without marks."""
    seen, out = set(), []
    for line in open(path, encoding="utf-8"):
        t = fold(line.rstrip("\n"))
        if re.fullmatch(r"(##)?([a-z]{2,}|[0-9]{2}|(19[5-9]|20[0-4])[0-9])", t) and t not in seen:
            seen.add(t)
            out.append(t)
    return out


def judgements(work, wordnet):
    """English adjectives and adverbs, and the Portuguese words that the dictionaries give for them."""
    en = {line.split(" ")[0] for part in ("adj", "adv") for line in open(wordnet / f"index.{part}") if line[0].isalpha()}
    pairs = [line.rstrip("\n").split("\t") for line in open(work / "words.tsv", encoding="utf-8")]
    return {"en": en, "pt": {fold(b) for a, b in pairs if a in en}}


def proper_names(lines):
    """Words written with a capital nearly always, also inside a sentence."""
    upper, lower = Counter(), Counter()
    for s in lines:
        for w in re.findall(r"(?<=[a-zà-ú,] )[^\W\d_]{2,}", s):
            (upper if w[0].isupper() else lower)[fold(w)] += 1
    return {w for w, n in upper.items() if n > 9 * lower[w]}


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=Path, required=True)
    ap.add_argument("--english", type=Path, required=True, help="vocab.txt of BERT base uncased")
    ap.add_argument("--portuguese", type=Path, required=True, help="vocab.txt of BERTimbau")
    ap.add_argument("--wordnet", type=Path, required=True, help="folder with index.adj and index.adv of WordNet")
    ap.add_argument("--size", type=int, default=13056)
    ap.add_argument("--out", type=Path, required=True, help="folder of the model")
    args = ap.parse_args()

    texts = {lang: (args.work / f"{lang}.txt").read_text(encoding="utf-8").splitlines() for lang in ("en", "pt")}
    lists = {"en": ranked(args.english), "pt": ranked(args.portuguese)}
    glossary = [fold(s.split("\t")[0].strip()) for s in GLOSSARY.read_text(encoding="utf-8").splitlines()]
    emoji = [g for g in glossary if len(g) == 1 and not g.isalnum()]
    words = [g for g in glossary if re.fullmatch(r"[a-z]{2,}", g)]
    base = SPECIAL + list(CHARS) + ["##" + c for c in CHARS if c.isalnum()] + emoji + ["##" + c for c in emoji] + words
    base = list(dict.fromkeys(base))

    trained = tokenizer_of({t: i for i, t in enumerate(SPECIAL)})
    trained.train_from_iterator((s for lang in texts for s in texts[lang][:100000]), trainers.WordPieceTrainer(
        vocab_size=16000, min_frequency=10, special_tokens=SPECIAL, show_progress=False))
    wanted = re.compile(r"(##)?([a-z]{2,14}|[0-9]{2})")
    candidates = list(dict.fromkeys(base + lists["en"] + lists["pt"] + [t for t in trained.get_vocab() if wanted.fullmatch(t)]))

    opinion = judgements(args.work, args.wordnet)
    proper = {lang: proper_names(lines) for lang, lines in texts.items()}

    def weigh(lang, t, rank):
        w = 1.0 / (rank + 200)
        if t in proper["en"] or t in proper["pt"] and t not in opinion["pt"] or t[:2].isdigit() and len(t) == 4:
            return 0.3 * w
        return 2 * w if t in opinion[lang] else w

    vocab = {t: i for i, t in enumerate(candidates)}
    for size in (args.size + 6000, args.size + 2000, args.size):  # in steps: what a dropped piece leaves behind is counted again
        tok = tokenizer_of(vocab)
        score = Counter()
        for lang, lines in texts.items():
            used = Counter()
            for i in range(0, len(lines), 4096):
                for enc in tok.encode_batch(lines[i:i + 4096]):
                    used.update(enc.tokens)
            total = sum(used.values())
            for t, n in used.items():
                score[t] += 0.15 * n / total
            weights = {t: weigh(lang, t, i) for i, t in enumerate(lists[lang])}
            total = sum(weights.values())
            for t, w in weights.items():
                score[t] += 0.85 * w / total
        kept = base + [t for t, _ in score.most_common() if t not in set(base) and t in vocab][: size - len(base)]
        vocab = {t: i for i, t in enumerate(kept)}
    assert len(vocab) == args.size

    tok = tokenizer_of(vocab)
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])])
    tok.add_special_tokens(SPECIAL)
    args.out.mkdir(parents=True, exist_ok=True)
    tok.save(str(args.out / "tokenizer.json"), pretty=False)

    def write(name, data):
        (args.out / name).write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    names = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
    write("special_tokens_map.json", names)
    write("tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "strip_accents": True, "tokenize_chinese_chars": True,
        "model_max_length": 512, **names})
    for lang, lines in texts.items():
        words = sum(len(s.split()) for s in lines[:5000])
        encs = tok.encode_batch(lines[:5000], add_special_tokens=False)
        unk = sum(e.tokens.count("[UNK]") for e in encs)
        print(lang, "pieces a word", round(sum(len(e) for e in encs) / words, 3), "unknown", unk)


if __name__ == "__main__":
    main()
