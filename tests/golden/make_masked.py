"""Writes masked/: a tiny random encoder of each architecture with its masked-language-model head, and what it computes.

    python tests/golden/make_masked.py

Made with torch 2.13.0 and transformers 5.18.0 on the settings of make_golden.py; README.md says what each file holds.
"""
import json

import torch
import transformers
from make_golden import HERE, MODELS, SCHEDULE, loss_of, make_batches, randomize, train
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForMaskedLM

# bert-untied: a table of scores of its own.
CASES = {
    "bert": "bert",
    "bert-untied": "bert",
    "distilbert": "distilbert",
    "roberta": "roberta",
    "xlm-roberta": "xlm-roberta",
}
MASK = 4


def mask_batches(batches):
    """Every third token is to be foreseen: most shown as the mask token, some as another, some as they are."""
    for batch in batches:
        ids, targets, foreseen = batch["input_ids"], torch.full_like(batch["input_ids"], -100), 0
        for row, column in batch["attention_mask"].nonzero().tolist():
            if (row + column) % 3:
                continue
            targets[row, column] = ids[row, column]
            if foreseen % 5 < 3:
                ids[row, column] = MASK
            elif foreseen % 5 == 3:
                ids[row, column] = 7
            foreseen += 1
        batch["targets"] = targets
    return batches


def write(name):
    folder = HERE / "masked" / name
    kind, settings = MODELS[CASES[name]]
    settings = {key: value for key, value in settings.items() if key not in ("classifier_dropout", "seq_classif_dropout")}
    config = AutoConfig.for_model(kind, **settings, tie_word_embeddings=name != "bert-untied")
    model = AutoModelForMaskedLM.from_config(config)
    randomize(model)
    model.save_pretrained(folder)

    batches = mask_batches(make_batches(settings.get("pad_token_id", 0)))
    model = AutoModelForMaskedLM.from_pretrained(folder).train()  # nothing drops out
    inputs = {key: batches[0][key] for key in ("input_ids", "attention_mask")}
    places = batches[0]["targets"].flatten() >= 0
    tensors = {"logits": model(**inputs).logits.detach().flatten(0, 1)[places]}
    loss_of(model, batches[0], "targets").backward()
    # What is tied has several names: it goes by that of the embeddings.
    names = {id(model.get_input_embeddings().weight): f"{model.base_model_prefix}.embeddings.word_embeddings.weight"}
    for parameter_name, parameter in model.named_parameters():
        if parameter.grad is not None:
            tensors[f"gradients/{names.get(id(parameter), parameter_name)}"] = parameter.grad.clone()
    expected = dict(
        training=train(model, batches, "targets"),
        schedule=SCHEDULE,
        batches=[
            {key: batch[key].tolist() for key in ("input_ids", "attention_mask", "targets")} for batch in batches
        ],
        versions=dict(torch=torch.__version__, transformers=transformers.__version__),
    )
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, folder / "expected.safetensors")


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    for case in CASES:
        write(case)
