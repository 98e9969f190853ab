"""Writes dictionary/expected.json: what scikit-learn makes of a few texts that the dictionary is compared with.

Needs scikit-learn 1.9.1 and numpy 2.4.6; gives the same numbers each time. The tests need no Python.
"""

import json
import pathlib
import unicodedata

import numpy
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

texts = [
    "Lower taxes help business, and business helps everyone: lower taxes!",
    "We'll cut taxes again. Don’t raise them.",
    "The poor need better health care and better schools.",
    "Better schools, better hospitals, better care for the poor.",
    "A reforma tributária não ajuda os pobres.",
    "Os pobres precisam de saúde e de educação, não de impostos.",
    "Menos impostos ajudam as empresas; as empresas ajudam o Brasil.",
    "Business needs lower taxes in 2024 and less government.",
    "Government must spend more on health, on schools and on care.",
    "Copo d'água para os pobres: a saúde é um direito.",
]
targets = [2.0, 1.5, -1.0, -1.5, -0.5, -1.0, 1.0, 1.75, -1.25, -0.75]


def prepare(text):
    return unicodedata.normalize("NFC", text).replace("’", "'").lower()


def fit(ngrams):
    vectorizer = TfidfVectorizer(
        preprocessor=prepare,
        token_pattern=r"[^\W_]+(?:'[^\W_]+)*",
        ngram_range=(1, ngrams),
        use_idf=False,
        sublinear_tf=True,
        norm="l2",
    )
    shares = vectorizer.fit_transform(texts).toarray()
    names = vectorizer.get_feature_names_out()
    by_name = lambda values: {name: float(value) for name, value in zip(names, values)}
    ridges = {}
    for penalty in [0.1, 1.0, 10.0]:
        ridge = Ridge(alpha=penalty, solver="cholesky").fit(shares, targets)
        ridges[str(penalty)] = {"weights": by_name(ridge.coef_), "bias": float(ridge.intercept_)}
    return {
        "shares": [{name: value for name, value in by_name(row).items() if value != 0} for row in shares],
        "ridge": ridges,
        "correlations": by_name(numpy.corrcoef(shares.T, targets)[-1, :-1]),
    }


expected = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
    "texts": texts,
    "targets": targets,
    "words": fit(1),
    "wordsAndPairs": fit(2),
}
folder = pathlib.Path(__file__).parent / "dictionary"
folder.mkdir(exist_ok=True)
(folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
