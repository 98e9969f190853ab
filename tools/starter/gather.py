"""Gather English and Portuguese text for the starter encoder.

Reads glossary.tsv (written for this), Debian packages that were unpacked to a folder (one folder per package,
see README.md) and two small instruction sets, and writes to the work folder:

  en.txt      English sentences
  pt.txt      Portuguese sentences
  pairs.tsv   English <tab> Portuguese, sentences or paragraphs that say the same
  words.tsv   English <tab> Portuguese, entries of the two dictionaries

Nothing of this is part of the repository; SOURCES below names every source and its licence.
"""

import argparse
import gettext
import gzip
import json
import random
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

SOURCES = {
    "libreoffice-help-en-us, libreoffice-help-pt-br": "MPL-2.0",
    "libreoffice-l10n-pt-br": "MPL-2.0",
    "gnome-user-docs": "CC-BY-SA-3.0",
    "debian-handbook": "GPL-2.0+ or CC-BY-SA-3.0",
    "debian-reference-en, debian-reference-pt-br": "GPL-2+",
    "installation-guide-amd64": "GPL-2",
    "gimp-help-en, gimp-help-pt-br": "GFDL-1.2+",
    "wesnoth-1.16-data": "GPL-2+",
    "freeciv-data": "GPL-2+",
    "dict-freedict-eng-por, dict-freedict-por-eng": "GPL-2+",
    "wordnet-base": "WordNet 3.0 licence",
    "dict-gcide": "GPL-2+",
    "fortunes-br": "GPL-2+",
}

BLOCK = set("p h1 h2 h3 h4 h5 h6 li td th dt dd title caption desc item cmd note section div table tr ul ol dl".split())
SKIP = set("script style pre code screen nav footer head info".split())
VOID = set("br img meta link input hr col area base".split())


class Blocks(HTMLParser):
    """The text blocks of an HTML or Mallard page: (key, text), key = the id of the paragraph or its tag."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out, self.buf, self.key, self.skip = [], [], "", []

    def flush(self):
        text = re.sub(r"\s+", " ", "".join(self.buf)).strip()
        if text:
            self.out.append((self.key, text))
        self.buf = []

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        if tag in SKIP:
            self.skip.append(tag)
        elif tag in BLOCK:
            self.flush()
            self.key = dict(attrs).get("id") or tag

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag in SKIP and tag in self.skip:
            while self.skip and self.skip.pop() != tag:
                pass
        elif tag in BLOCK:
            self.flush()

    def handle_data(self, data):
        if not self.skip:
            self.buf.append(data)


def blocks(path):
    parser = Blocks()
    raw = gzip.open(path, "rt", encoding="utf-8", errors="replace") if path.suffix == ".gz" else open(
        path, encoding="utf-8", errors="replace")
    with raw as f:
        parser.feed(f.read())
    parser.flush()
    return parser.out


def align(a, b):
    """Pair the blocks of two translations of one page."""
    ka, kb = [k for k, _ in a], [k for k, _ in b]
    if ka == kb:
        return [(x, y) for (_, x), (_, y) in zip(a, b)]
    ca, cb = Counter(ka), Counter(kb)
    other = {k: t for k, t in b if cb[k] == 1}
    return [(t, other[k]) for k, t in a if ca[k] == 1 and k in other and len(k) > 6]


def page_pairs(en_dir, pt_dir, glob, rename=lambda n: n):
    for page in sorted(en_dir.rglob(glob)):
        twin = pt_dir / rename(str(page.relative_to(en_dir)))
        if twin.exists():
            yield from align(blocks(page), blocks(twin))


def mo_pairs(folder):
    for mo in sorted(folder.rglob("*.mo")):
        if "pt_BR" not in mo.parts:
            continue
        with open(mo, "rb") as f:
            catalog = gettext.GNUTranslations(f)._catalog
        for key, value in catalog.items():
            if isinstance(key, tuple):
                key = key[0]
            if not key or not isinstance(value, str):
                continue
            key = key.split("\x04")[-1]
            key, value = (re.sub(r"^[^\s^]*[^^]*\^", "", s) if "^" in key else s for s in (key, value))
            a, b = key.split("\n"), value.split("\n")
            a, b = [s for s in a if s.strip()], [s for s in b if s.strip()]
            # Freeciv wraps its paragraphs; join when the counts of lines differ
            if len(a) != len(b) or any(len(s) > 60 and not re.search(r"[.!?:;\"')>]\s*$", s) for s in a):
                a, b = [" ".join(a)], [" ".join(b)]
            yield from zip(a, b)


def clean(text):
    text = re.sub(r"<[^<>]{1,80}>", " ", text)
    text = re.sub(r"(?<!\w)[~_](?=\w)|(?<=\w)[~_](?=\w)(?![A-Z_])", "", text)
    text = text.replace("&quot;", '"').replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    text = re.sub(r"[•\u00ad\u200b\ufeff]", "", text)
    text = re.sub(r"%(\(\w+\))?[0-9.]*[sdn]|\$\w+\|?|%[A-Z_0-9]+", "x", text)
    return re.sub(r"\s+", " ", text).strip()


def usable(text):
    letters = sum(c.isalpha() or c == " " for c in text)
    return len(text) >= 3 and letters >= 0.75 * len(text) and re.search(r"[A-Za-z]{2}", text)


SPLIT = re.compile(r"(?<=[.!?…])[\"”')\]]*\s+(?=[\"“'(\[¿¡—-]?[A-ZÁÉÍÓÚÂÊÔÃÕÀÇ0-9])")


def sentences(text):
    return [s.strip() for s in SPLIT.split(text) if s.strip()]


def split_pair(a, b):
    sa, sb = sentences(a), sentences(b)
    if len(sa) == len(sb) and len(sa) > 1:
        ok = all(0.4 < (len(y) + 8) / (len(x) + 8) < 2.5 for x, y in zip(sa, sb))
        if ok:
            return list(zip(sa, sb))
    return [(a, b)]


def dictionary(path):
    """freedict: a head line 'word /sound/ <class>', then lines of translations."""
    head = None
    with gzip.open(path, "rt", encoding="utf-8") as f:
        for line in f:
            line = line.rstrip("\n")
            if "/" in line and re.match(r"^[^\s(<,;][^/]*? /[^/]*/", line):
                head = line.split(" /")[0].strip()
            elif head and line.strip() and not line.startswith("00"):
                for word in re.split(r"[,;]", re.sub(r"\([^)]*\)|\[[^]]*\]|<[^>]*>|^\s*\d+\.", "", line)):
                    word = word.strip(" .")
                    if word and len(word.split()) <= 4 and len(head.split()) <= 4 and not re.search(r"[\d:\"]", word):
                        yield head, word


def wordnet(folder):
    for part in ("noun", "verb", "adj", "adv"):
        for line in open(folder / f"usr/share/wordnet/data.{part}", encoding="latin-1"):
            if line.startswith(" ") or "|" not in line:
                continue
            fields, gloss = line.split(" | ", 1)
            fields = fields.split()
            names = [re.sub(r"\(.*\)", "", fields[4 + 2 * i]).replace("_", " ") for i in range(int(fields[3], 16))]
            gloss = gloss.strip()
            for example in re.findall(r'"([^"]{8,})"', gloss):
                yield example
            meaning = re.sub(r';?\s*"[^"]*".*', "", gloss).strip(" ;")
            yield f"{', '.join(names[:3])}: {meaning}"


def gcide(path):
    """Meanings and quotations of the dictionary, without its etymologies and marks."""
    text = gzip.open(path, "rt", encoding="utf-8", errors="replace").read()
    for para in text.split("\n\n"):
        para = re.sub(r"\s+", " ", para).strip()
        para = re.sub(r"\[[^]]*\]|\{|\}|--\s?[A-Z][\w. ()']*$|^\d+\. |^\([a-z]\) |^Note: |\([A-Z][\w.& ]*\)", "", para)
        para = para.split(" --")[0].replace("\\", "").strip()
        if "*" in para or '"' in para[:12] or "?" in para[:-1] or "=" in para or not para:
            continue
        if 30 < len(para) < 220 and para[0].isupper() and para[-1] in ".!?;":
            yield para


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--packages", type=Path, required=True, help="folder with one unpacked package per folder")
    ap.add_argument("--instructions", type=Path, nargs="*", default=[], help="JSON lines with instruction/input/output")
    ap.add_argument("--work", type=Path, required=True)
    args = ap.parse_args()
    p = args.packages
    args.work.mkdir(parents=True, exist_ok=True)
    random.seed(17)

    found = {}

    def pairs_of(name, it):
        found[name] = list(it)

    lo = "usr/share/libreoffice/help"
    pairs_of("libreoffice-help", page_pairs(
        p / "libreoffice-help-en-us" / lo / "en-US", p / "libreoffice-help-pt-br" / lo / "pt-BR", "*.html"))
    pairs_of("libreoffice-l10n", mo_pairs(p / "libreoffice-l10n-pt-br"))
    gn = p / "gnome-user-docs/usr/share/help"
    pairs_of("gnome-user-docs", page_pairs(gn / "C", gn / "pt_BR", "*.page"))
    hb = p / "debian-handbook/usr/share/doc/debian-handbook/html"
    pairs_of("debian-handbook", page_pairs(hb / "en-US", hb / "pt-BR", "*.html"))
    dr = "usr/share/debian-reference"
    pairs_of("debian-reference", page_pairs(
        p / "debian-reference-en" / dr, p / "debian-reference-pt-br" / dr, "*.en.html",
        lambda n: n.replace(".en.", ".pt-br.")))
    ig = p / "installation-guide-amd64/usr/share/doc/installation-guide-amd64"
    pairs_of("installation-guide", page_pairs(ig / "en", ig / "pt", "*.html"))
    gh = "usr/share/gimp/2.0/help"
    pairs_of("gimp-help", page_pairs(p / "gimp-help-en" / gh / "en", p / "gimp-help-pt-br" / gh / "pt_BR", "*.html"))
    pairs_of("wesnoth", mo_pairs(p / "wesnoth-1.16-data"))
    pairs_of("freeciv", mo_pairs(p / "freeciv-data"))

    seen, pairs, en, pt = set(), [], [], []
    for name, raw in found.items():
        n = 0
        for a, b in raw:
            a, b = clean(a), clean(b)
            for x, y in split_pair(a, b):
                if x.lower() == y.lower() or not usable(x) or not usable(y) or len(x) > 600 or len(y) > 600:
                    continue
                if not 0.4 < (len(y) + 8) / (len(x) + 8) < 2.5 or (x.lower(), y.lower()) in seen:
                    continue
                seen.add((x.lower(), y.lower()))
                pairs.append((x, y))
                n += 1
        print(f"{name:20} blocks {len(raw):7} pairs {n:7}")

    words = set()
    for a, b in dictionary(next((p / "dict-freedict-eng-por").rglob("*.dict.dz"))):
        words.add((a, b))
    for b, a in dictionary(next((p / "dict-freedict-por-eng").rglob("*.dict.dz"))):
        words.add((a, b))

    for line in Path(__file__).with_name("glossary.tsv").read_text(encoding="utf-8").splitlines():
        b, a = line.split("\t")
        (pairs.append((a, b)) if b.endswith((".", "!", "?")) else words.add((a, b)))

    def keep(lines, seen_lines, into, name):
        n = 0
        for s in lines:
            s = clean(s)
            if usable(s) and len(s) <= 600 and s.lower() not in seen_lines:
                seen_lines.add(s.lower())
                into.append(s)
                n += 1
        print(f"{name:20} sentences {n}")

    seen_en, seen_pt = set(), set()
    keep((x for x, _ in pairs), seen_en, en, "pairs, English")
    keep((y for _, y in pairs), seen_pt, pt, "pairs, Portuguese")
    keep(wordnet(p / "wordnet-base"), seen_en, en, "wordnet")
    g = list(gcide(next((p / "dict-gcide").rglob("*.dict.dz"))))
    random.shuffle(g)
    keep(g[:60000], seen_en, en, "gcide")
    fortunes = (p / "fortunes-br/usr/share/games/fortunes/brasil").read_text(encoding="utf-8", errors="replace")
    keep((s for f in fortunes.split("\n%\n") for s in sentences(re.sub(r"\s+", " ", f))), seen_pt, pt, "fortunes-br")
    for path in args.instructions:
        rows = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
        texts = [str(r.get(k) or "") for r in rows for k in ("instruction", "input", "output")]
        keep((s for t in texts for s in sentences(re.sub(r"\s+", " ", t))), seen_en, en, path.parent.name)

    tab = lambda s: s.replace("\t", " ")
    (args.work / "pairs.tsv").write_text("".join(f"{tab(a)}\t{tab(b)}\n" for a, b in pairs), encoding="utf-8")
    (args.work / "words.tsv").write_text("".join(f"{tab(a)}\t{tab(b)}\n" for a, b in sorted(words)), encoding="utf-8")
    (args.work / "en.txt").write_text("".join(s + "\n" for s in en), encoding="utf-8")
    (args.work / "pt.txt").write_text("".join(s + "\n" for s in pt), encoding="utf-8")
    print("pairs", len(pairs), "words", len(words), "en", len(en), "pt", len(pt))


if __name__ == "__main__":
    main()
