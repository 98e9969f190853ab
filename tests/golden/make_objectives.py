"""Writes objectives.json: what torch, transformers, scikit-learn and numpy make of other problems than one class of several.

    python tests/golden/make_objectives.py

Made with torch 2.13.0, transformers 5.18.0, scikit-learn 1.9.1 and numpy 2.4.6 on the folders that make_golden.py wrote.
"""
import json

import numpy
import sklearn
import torch
import transformers
from make_golden import HERE, SCHEDULE, make_batches, train
from scipy.stats import pearsonr
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    precision_recall_fscore_support,
    r2_score,
)
from sklearn.utils.class_weight import compute_class_weight
from transformers import AutoModelForSequenceClassification

PROBLEMS = {"regression": ("regression", 1), "multi-label": ("multi_label_classification", 3)}


def load(folder, kind):
    """Regression's head is the first row of the classifier's."""
    problem, outputs = PROBLEMS[kind]
    model = AutoModelForSequenceClassification.from_pretrained(
        HERE / folder, num_labels=outputs, problem_type=problem, ignore_mismatched_sizes=True
    )
    three = AutoModelForSequenceClassification.from_pretrained(HERE / folder)
    head, other = (("classifier", three.classifier) if folder == "bert" else ("score", three.score))
    with torch.no_grad():
        getattr(model, head).weight.copy_(other.weight[:outputs])
        if other.bias is not None:
            getattr(model, head).bias.copy_(other.bias[:outputs])
    return model.train()


def targets_of(kind):
    """Written into the batches under `answers`: one number per text, or one 0 or 1 per text and class."""
    generator = torch.Generator().manual_seed(5)
    if kind == "regression":
        return lambda: torch.randn(4, generator=generator)
    return lambda: (torch.rand(4, 3, generator=generator) > 0.6).float()


def trajectory(folder, kind):
    batches = make_batches(0)
    draw = targets_of(kind)
    for batch in batches:
        batch["answers"] = draw()
    steps = train(load(folder, kind), batches, "answers")
    return dict(answers=[batch["answers"].tolist() for batch in batches], training=steps)


def losses():
    """Values and gradients where exponentials would overflow."""
    logits = torch.tensor([[1.0, 2.0, -1.0], [1000.0, -1000.0, 3.0]], requires_grad=True)
    hot = torch.tensor([[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    loss = torch.nn.BCEWithLogitsLoss()(logits, hot)
    loss.backward()
    return dict(logits=logits.tolist(), targets=hot.tolist(), loss=loss.item(), gradient=logits.grad.tolist())


def weighted():
    """One class of several whose texts weigh the more the rarer their class is."""
    labels = [2, 1, 1, 1, 1]
    weights = compute_class_weight("balanced", classes=numpy.unique(labels), y=labels)
    weight = torch.tensor([1.0, *weights])
    logits = torch.tensor(
        [[1.0, 2.0, -1.0], [1000.0, -1000.0, 3.0], [0.5, 0.1, 0.2], [-1.0, 4.0, 2.0], [0.0, 0.0, 3.0]], requires_grad=True
    )
    loss = torch.nn.CrossEntropyLoss(weight.float())(logits, torch.tensor(labels))
    loss.backward()
    return dict(
        logits=logits.tolist(), labels=labels, weights=weight.tolist(), loss=loss.item(), gradient=logits.grad.tolist()
    )


def label_sets():
    random = numpy.random.default_rng(1)
    truth = (random.random((40, 4)) < [0.6, 0.3, 0.1, 0.0]).astype(int)
    logits = (random.normal(size=(40, 4)) + 1.5 * truth - [0.4, 0.8, 9, 9]).astype(numpy.float32)
    given = (logits > 0).astype(int)
    precision, recall, f1, support = precision_recall_fscore_support(truth, given, average=None, zero_division=0)
    probabilities = 1 / (1 + numpy.exp(-logits.astype(float)))
    loss = numpy.mean([log_loss(truth[:, k], probabilities[:, k], labels=[0, 1]) for k in range(4)])
    return dict(
        logits=logits.tolist(),
        truth=truth.tolist(),
        microF1=f1_score(truth, given, average="micro", zero_division=0),
        macroF1=f1_score(truth, given, average="macro", zero_division=0),
        exactMatch=accuracy_score(truth, given),
        loss=loss,
        perClass=numpy.stack([precision, recall, f1, support], 1).tolist(),
    )


def numbers():
    random = numpy.random.default_rng(2)
    truth = random.normal(50, 12, size=30)
    values = truth + random.normal(3, 8, size=30)
    return dict(
        truth=truth.tolist(),
        values=values.tolist(),
        r2=r2_score(truth, values),
        meanSquaredError=mean_squared_error(truth, values),
        meanAbsoluteError=mean_absolute_error(truth, values),
        correlation=float(pearsonr(values, truth).statistic),
    )


def linear_models():
    """On features of unequal scale, standardized as Fino does."""
    random = numpy.random.default_rng(3)
    features = (random.normal(size=(60, 5)) * [1, 10, 0.1, 3, 1] + [0, 100, 0, -5, 1]).astype(numpy.float32)
    standard = (features - features.mean(0, dtype=float)) / features.std(0, dtype=float)
    hot = (random.random((60, 2)) < 1 / (1 + numpy.exp(-standard[:, :2] - standard[:, 2:4]))).astype(int)
    number = (standard @ [1, -2, 0.5, 0, 0.1] + random.normal(size=60)).astype(numpy.float32)
    rare = numpy.digitize(number, numpy.quantile(number, [0.6, 0.9]))
    balanced = LogisticRegression(C=0.5, tol=1e-10, max_iter=10000, class_weight="balanced").fit(standard, rare)
    ridge = Ridge(alpha=2.0, tol=1e-12).fit(standard, number)
    logistic = [LogisticRegression(C=0.5, tol=1e-10, max_iter=10000).fit(standard, hot[:, k]) for k in range(2)]
    return dict(
        features=features.tolist(),
        hot=hot.tolist(),
        number=number.tolist(),
        rare=rare.tolist(),
        balanced=dict(C=0.5, answers=balanced.decision_function(standard).tolist()),
        ridge=dict(alpha=2.0, answers=ridge.predict(standard).tolist()),
        logistic=dict(C=0.5, answers=numpy.stack([m.decision_function(standard) for m in logistic], 1).tolist()),
    )


def nuclei():
    """Which tokens remain for temperature and top-p, and with what share of the probability."""
    random = numpy.random.default_rng(4)
    logits = (3 * random.normal(size=12)).astype(numpy.float32)
    cases = []
    for temperature, top_p in [(1.0, 1.0), (0.7, 0.9), (2.0, 0.5), (0.1, 0.9), (1.0, 1e-6)]:
        scaled = logits.astype(float) / temperature
        probabilities = numpy.exp(scaled - scaled.max())
        probabilities /= probabilities.sum()
        order = numpy.argsort(-probabilities, kind="stable")
        before = numpy.cumsum(probabilities[order]) - probabilities[order]
        kept = order[before < top_p]
        cases.append(
            dict(temperature=temperature, topP=top_p, tokens=kept.tolist(), probabilities=probabilities[kept].tolist())
        )
    return dict(logits=logits.tolist(), cases=cases)


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    written = dict(
        schedule=SCHEDULE,
        trajectories={folder: {kind: trajectory(folder, kind) for kind in PROBLEMS} for folder in ("bert", "gpt2")},
        binaryCrossEntropy=losses(),
        weightedCrossEntropy=weighted(),
        labelSets=label_sets(),
        numbers=numbers(),
        linearModels=linear_models(),
        nuclei=nuclei(),
        versions=dict(
            torch=torch.__version__, transformers=transformers.__version__, sklearn=sklearn.__version__,
            numpy=numpy.__version__,
        ),
    )
    (HERE / "objectives.json").write_text(json.dumps(written) + "\n")
