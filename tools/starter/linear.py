"""TF-IDF of words and pairs of words with a linear model on one split: rows.jsonl of a data set, the task; prints the test score as JSON."""

import json
import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import accuracy_score, f1_score, r2_score
from sklearn.model_selection import GridSearchCV


def main():
    path, task = sys.argv[1:]
    start = time.time()
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    known, test = [r for r in rows if r["split"] != "test"], [r for r in rows if r["split"] == "test"]
    vectorizer = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2)
    x, z = vectorizer.fit_transform([r["text"] for r in known]), vectorizer.transform([r["text"] for r in test])
    if task == "regression":
        model = RidgeCV(alphas=[0.3, 1, 3, 10]).fit(x, [float(r["target"]) for r in known])
        scores = {"score": r2_score([float(r["target"]) for r in test], model.predict(z))}
    else:
        labels, wanted = [r["target"] for r in known], [r["target"] for r in test]
        few = min(labels.count(label) for label in set(labels)) / len(labels) < 0.3
        plain = LogisticRegression(max_iter=1000, class_weight="balanced" if few else None)
        scoring = "f1_macro" if few else "accuracy"
        model = GridSearchCV(plain, {"C": [1, 3, 10, 30]}, cv=4, scoring=scoring).fit(x, labels)
        found = model.predict(z)
        scores = {"score": f1_score(wanted, found, average="macro") if few else accuracy_score(wanted, found)}
    print(json.dumps({**scores, "seconds": time.time() - start}))


if __name__ == "__main__":
    main()
