"""Compose English sentences beyond the gathered text, and translate English to Brazilian Portuguese with Apertium.

What was gathered is manuals and dictionaries; opinions are rare in it. Two more kinds are made: gathered sentences with
some of their words exchanged for others of the same part of speech (as TinyBERT's augmentation does), and sentences of
patterns.txt, written for this, whose slots take words of WordNet. The teacher says what they mean, so they need not be
true. Writes to the work folder:

  made.txt        the composed English sentences
  translated.tsv  English <tab> Portuguese of composed and gathered sentences, by Apertium (English, Spanish, Portuguese)
"""

import argparse
import random
import re
import subprocess
from pathlib import Path

PATTERNS = Path(__file__).with_name("patterns.txt")
POS = ("adj", "adv", "noun", "verb")


def words_of(wordnet, common):
    """Single words of each part of speech, split into those among the common pieces of the published list and the rest."""
    out = {}
    for pos in POS:
        words = [line.split(" ")[0] for line in open(wordnet / f"index.{pos}") if line[0].isalpha()]
        senses = {line.split(" ")[0]: int(line.split(" ")[2]) for line in open(wordnet / f"index.{pos}") if line[0].isalpha()}
        words = [w for w in words if re.fullmatch(r"[a-z]{3,13}", w)]
        known = [w for w in words if w in common]
        out[pos] = (known, [w for w in words if w not in common and senses[w] >= 1])
    return out


class Writer:
    def __init__(self, words, rng):
        self.words, self.rng = words, rng
        self.of = {}
        for pos in ("noun", "verb", "adv", "adj"):  # a word of several parts counts as the last
            for w in self.words[pos][0] + self.words[pos][1]:
                self.of[w] = pos

    def word(self, pos):
        known, rare = self.words[pos]
        return self.rng.choice(known if self.rng.random() < 0.75 else rare)

    def exchange(self, text):
        share = {"adj": 0.5, "adv": 0.4, "noun": 0.25, "verb": 0.1}

        def one(match):
            w = match.group(0)
            pos = self.of.get(w)
            return self.word(pos) if pos and len(w) > 3 and self.rng.random() < share[pos] else w

        return re.sub(r"[a-z]{4,}", one, text)

    def fill(self, pattern):
        text = pattern
        while "{" in text:  # the innermost first
            text = re.sub(r"\{([^{}]*)\}", self.slot, text)
        text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
        return text

    def slot(self, match):
        choice = match.group(1).split("|")
        if choice[0] in POS and len(choice) == 1:
            return self.word(choice[0])
        return self.rng.choice(choice)


def translate(lines, workers=1):
    """Brazilian Portuguese of English lines; marks of unknown words are removed."""
    text = "\n".join(re.sub(r"[\^$/<>{}\\\[\]@#*~]", " ", s) for s in lines) + "\n"
    for mode in ("eng-spa", "es-pt_BR"):
        text = subprocess.run(["apertium", "-u", mode], input=text, capture_output=True, text=True, check=True).stdout
    out = [re.sub(r"[#*@]", "", s).strip() for s in text.split("\n")]
    return out[:len(lines)] if len(out) >= len(lines) else None


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", type=Path, required=True)
    ap.add_argument("--wordnet", type=Path, required=True)
    ap.add_argument("--english", type=Path, required=True, help="vocab.txt of BERT base uncased")
    ap.add_argument("--exchanged", type=int, default=60000)
    ap.add_argument("--patterns", type=int, default=80000)
    ap.add_argument("--gathered", type=int, default=60000, help="gathered sentences to translate")
    args = ap.parse_args()
    rng = random.Random(17)
    common = set((args.english).read_text(encoding="utf-8").split()[1996:14000])
    writer = Writer(words_of(args.wordnet, common), rng)
    gathered = [s for s in (args.work / "en.txt").read_text(encoding="utf-8").splitlines() if 4 <= len(s.split()) <= 35]
    patterns = [s for s in PATTERNS.read_text(encoding="utf-8").splitlines() if s and not s.startswith("#")]
    made = [writer.exchange(s) for s in rng.choices(gathered, k=args.exchanged)]
    for _ in range(args.patterns):
        text = writer.fill(rng.choice(patterns))
        if rng.random() < 0.3:
            text += " " + writer.fill(rng.choice(patterns))
        if rng.random() < 0.4:
            text = text.lower()
        made.append(text)
    made = list(dict.fromkeys(made))
    rng.shuffle(made)
    (args.work / "made.txt").write_text("\n".join(made) + "\n", encoding="utf-8")
    todo = made + rng.sample(gathered, min(args.gathered, len(gathered)))
    pairs = 0
    with open(args.work / "translated.tsv", "w", encoding="utf-8") as f:
        for i in range(0, len(todo), 2000):
            part = todo[i:i + 2000]
            out = translate(part)
            if out is None:
                continue
            for en, pt in zip(part, out):
                if pt and pt != en:
                    f.write(f"{en}\t{pt}\n")
                    pairs += 1
    print(len(made), "made", pairs, "translated")


if __name__ == "__main__":
    main()
