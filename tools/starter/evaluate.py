"""Evaluate an encoder as frozen features: mean-pooled last layer, logistic regression, beside TF-IDF.

One split, seed 17: a quarter of the rows is held out. The rows are never used to make the encoder.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from transformers import AutoModel, AutoTokenizer

from common import mean_pool

TASKS = {"mr_rotten_tomatoes": "label", "sms_spam": "label", "told_br": "toxic_majority"}


@torch.no_grad()
def features(folder, texts, limit=128):
    tok, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).float().eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out = np.zeros((len(texts), model.config.hidden_size), dtype=np.float32)
    for i in range(0, len(order), 64):
        part = order[i:i + 64]
        enc = tok([texts[j] for j in part], padding=True, truncation=True, max_length=limit, return_tensors="pt")
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model(**enc).last_hidden_state
        out[part] = mean_pool(hidden.float(), enc["attention_mask"]).numpy()
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", type=Path, required=True)
    ap.add_argument("--models", nargs="*", default=[])
    ap.add_argument("--rows", type=int, default=0, help="at most so many rows of each set")
    ap.add_argument("--tfidf", action="store_true")
    args = ap.parse_args()
    torch.set_num_threads(1)
    for name, column in TASKS.items():
        rows = list(csv.DictReader(open(args.data / name / "data.csv", encoding="utf-8", newline="")))
        texts = [r["text"] for r in rows]
        labels = np.array([r[column] for r in rows])
        index = np.arange(len(texts))
        if args.rows and args.rows < len(texts):
            index = np.random.default_rng(17).permutation(len(texts))[:args.rows]
        train, test = train_test_split(index, test_size=0.25, random_state=17, stratify=labels[index])

        def report(what, predicted):
            print(f"{name:20} {what:14} accuracy {accuracy_score(labels[test], predicted):.3f} "
                  f"macro F1 {f1_score(labels[test], predicted, average='macro'):.3f}", flush=True)

        report("majority", np.full(len(test), max(set(labels[train]), key=list(labels[train]).count)))
        if args.tfidf:
            m = make_pipeline(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2),
                              LogisticRegression(C=10, max_iter=1000, class_weight="balanced"))
            m.fit([texts[i] for i in train], labels[train])
            report("TF-IDF", m.predict([texts[i] for i in test]))
        for folder in args.models:
            x = features(folder, [texts[i] for i in np.concatenate([train, test])])
            m = make_pipeline(StandardScaler(), LogisticRegression(C=0.03, max_iter=1000, class_weight="balanced"))
            m.fit(x[:len(train)], labels[train])
            report(Path(folder).name, m.predict(x[len(train):]))


if __name__ == "__main__":
    main()
