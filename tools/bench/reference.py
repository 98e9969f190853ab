"""The benchmark's other side: the same work through torch, transformers and peft (or AdapterHub's adapters).

Answers each line of JSON on standard input with one on standard output, as src/main/trainer/jobs/bench/subject.ts does.
Started by: npm run bench -- --reference PYTHON. Made with torch 2.13.0, transformers 5.18.0, peft 0.21.0, adapters 1.3.0
(with transformers 4.57.6). Models have random weights; nothing is downloaded.
"""
import json
import math
import os
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
# What libraries print must not come between the answers.
answers, sys.stdout = sys.stdout, sys.stderr

import torch
import transformers
from torch.nn.functional import cross_entropy
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

transformers.logging.set_verbosity_error()
CLASSES = 4
READS_TEXT = ("head-only", "feature-based")


class MeanRegression(torch.nn.Module):
    """Feature-based: a linear layer on the mean of a frozen encoder's last hidden states."""

    def __init__(self, base, classes):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.classifier = torch.nn.Linear(base.config.hidden_size, classes)

    def train(self, mode=True):
        super().train(mode)
        self.base.eval()
        return self

    def forward(self, input_ids, attention_mask, labels=None, **_):
        with torch.no_grad():
            hidden = self.base(input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        logits = self.classifier((hidden * mask).sum(1) / mask.sum(1))
        loss = None if labels is None else cross_entropy(logits, labels)
        return transformers.modeling_outputs.SequenceClassifierOutput(loss=loss, logits=logits)


class PromptedAttention(torch.nn.Module):
    """LLaMA-Adapter for BERT, which peft refuses: as peft's, the queries meet a trained prompt's keys and values in a
    softmax of their own, weighed by a gate that starts at zero."""

    def __init__(self, attention, length):
        super().__init__()
        self.attention = attention
        width = attention.all_head_size
        self.adaption_prompt = torch.nn.Parameter(torch.randn(1, length, width))
        self.adaption_gate = torch.nn.Parameter(torch.zeros(1))

    def forward(self, hidden_states, *args, **kwargs):
        own = self.attention
        context, *rest = own(hidden_states, *args, **kwargs)
        heads = lambda x: x.view(x.shape[0], -1, own.num_attention_heads, own.attention_head_size).transpose(1, 2)
        query, key, value = heads(own.query(hidden_states)), heads(own.key(self.adaption_prompt)), heads(own.value(self.adaption_prompt))
        weights = (query @ key.transpose(2, 3) / math.sqrt(own.attention_head_size)).softmax(-1)
        added = (weights @ value).transpose(1, 2).reshape(context.shape)
        return (context + self.adaption_gate * added, *rest)


def adapt(model, strategy, options, target):
    """What the strategy trains, with Fino's default options; the pooler trains along, as it does there."""
    reads = target == "class"
    bert = model.config.model_type == "bert"
    if strategy == "full":
        return model
    if strategy == "feature-based":
        return MeanRegression(model.base_model, model.num_labels)
    if strategy == "head-only" or (strategy == "llama-adapter" and bert):
        model.base_model.requires_grad_(False)
        model.base_model.pooler.requires_grad_(True)
        if strategy == "llama-adapter":
            for layer in model.base_model.encoder.layer[-options["layers"] :]:
                layer.attention.self = PromptedAttention(layer.attention.self, 10)
        return model
    if strategy == "bottleneck-adapter":
        import adapters

        adapters.init(model)
        model.add_adapter("bench", config=adapters.AdapterConfig.load("seq_bn", reduction_factor=16))
        model.train_adapter("bench")
        if reads:
            model.base_model.pooler.requires_grad_(True)
        else:
            model.lm_head.requires_grad_(False)
        return model
    import peft

    common = dict(task_type="SEQ_CLS" if reads else "CAUSAL_LM")
    saved = dict(modules_to_save=["pooler"]) if reads and bert else {}
    match strategy:
        case "lora":
            targets = ["query", "value"] if bert else ["q_proj", "v_proj"]
            config = peft.LoraConfig(**common, **saved, r=8, lora_alpha=16, lora_dropout=0.05, target_modules=targets)
        case "ia3":
            config = peft.IA3Config(**common, **saved)
        case "prompt-tuning":
            config = peft.PromptTuningConfig(**common, **saved, num_virtual_tokens=20)
        case "prefix-tuning":
            config = peft.PrefixTuningConfig(**common, **saved, num_virtual_tokens=options["virtualTokens"])
        case "llama-adapter":
            config = peft.AdaptionPromptConfig(**common, adapter_len=10, adapter_layers=options["layers"])
        case _:
            raise ValueError(f"no reference for {strategy}")
    return peft.get_peft_model(model, config)


def create_optimizer(model, learning_rate, steps, warmup):
    """As transformers' Trainer by default: AdamW, biases and normalizations undecayed, linear decay after the warm-up."""
    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    spared = lambda name: name.endswith("bias") or "norm" in name.lower()
    groups = [
        dict(params=[p for name, p in trained if not spared(name)], weight_decay=0.01),
        dict(params=[p for name, p in trained if spared(name)], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(groups, lr=learning_rate, fused=True)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, math.ceil(warmup * steps), steps)
    return optimizer, schedule, [p for _, p in trained]


def training_step(model, batch, optimizer, schedule, trained):
    loss = model(**batch).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    return loss.item()


class Steps:
    def __init__(self, work, steps):
        config = dict(work["config"])
        config = AutoConfig.for_model(config.pop("model_type"), **config, num_labels=CLASSES)
        auto = AutoModelForSequenceClassification if work["target"] == "class" else AutoModelForCausalLM
        self.work = work
        self.model = adapt(auto.from_config(config), work["strategy"], work["options"], work["target"]).train()
        self.training = create_optimizer(self.model, 1e-4, steps, 0.1)

    def next(self):
        started, before = time.perf_counter(), time.process_time()
        training_step(self.model, self.batch(), *self.training)
        return dict(seconds=time.perf_counter() - started, processorSeconds=time.process_time() - before)

    def batch(self):
        rows, length = self.work["batchSize"], self.work["length"]
        ids = torch.randint(1, self.work["config"]["vocab_size"], (rows, length))
        if self.work["target"] == "class":
            labels = torch.randint(0, CLASSES, (rows,))
        else:
            labels = ids.clone()
            labels[:, : length // 2] = -100
        return dict(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels)


def batches_of(examples, order, size, padding):
    """Padded to the longest of each batch."""
    for start in range(0, len(order), size):
        chosen = [examples[row] for row in order[start : start + size]]
        time_steps = max(len(ids) for ids, _ in chosen)
        ids = torch.full((len(chosen), time_steps), padding)
        mask = torch.zeros_like(ids)
        for row, (tokens, _) in enumerate(chosen):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        yield dict(input_ids=ids, attention_mask=mask, labels=torch.tensor([label for _, label in chosen]))


@torch.no_grad()
def evaluate(model, examples, size, padding):
    model.eval()
    loss, right = 0.0, 0
    for batch in batches_of(examples, range(len(examples)), size, padding):
        output = model(**batch)
        loss += output.loss.item() * len(batch["labels"])
        right += int((output.logits.argmax(-1) == batch["labels"]).sum())
    model.train()
    return dict(loss=loss / len(examples), accuracy=right / len(examples))


def whole_job(job):
    """The usual way: shuffled batches, no cache, an evaluation and a checkpoint after each epoch, the best one tested."""
    material, recipe = job["material"], job["recipe"]
    labels = {label: index for index, label in enumerate(material["problem"]["labels"])}
    tokenizer = AutoTokenizer.from_pretrained(material["modelFolder"])
    model = AutoModelForSequenceClassification.from_pretrained(material["modelFolder"], num_labels=len(labels))
    model = adapt(model, recipe["strategy"], recipe["options"], "class").train()
    rows = [json.loads(line) for line in Path(material["rowsFile"]).read_text().splitlines()]
    ids = tokenizer([row["text"] for row in rows], truncation=True, max_length=recipe["maxLength"])["input_ids"]
    splits = {}
    for row, tokens in zip(rows, ids):
        splits.setdefault(row["split"], []).append((tokens, labels[row["target"]]))
    size, padding = recipe["batchSize"], tokenizer.pad_token_id
    steps = recipe["epochs"] * math.ceil(len(splits["train"]) / size)
    training = create_optimizer(model, recipe["learningRate"], steps, recipe["warmupShare"])
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    shuffled, best = random.Random(recipe["seed"]), math.inf
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(recipe["epochs"]):
            order = list(range(len(splits["train"])))
            shuffled.shuffle(order)
            for batch in batches_of(splits["train"], order, size, padding):
                training_step(model, batch, *training)
            loss = evaluate(model, splits["validation"], size, padding)["loss"]
            state = {name: p for name, p in model.state_dict().items() if name in trained}
            torch.save(dict(state=state, optimizer=training[0].state_dict()), f"{folder}/last.pt")
            if loss < best:
                best = loss
                torch.save(state, f"{folder}/best.pt")
        model.load_state_dict(torch.load(f"{folder}/best.pt"), strict=False)
    return evaluate(model, splits["test"], size, padding)


def rate(seconds=0.15, size=768):
    a, b = torch.rand(size, size) * 2 - 1, torch.rand(size, size) * 2 - 1
    torch.mm(a, b)
    started, products = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        torch.mm(a, b)
        products += 1
    return products * 2 * size**3 / (time.perf_counter() - started) / 1e9


def peak_memory():
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def versions():
    found = dict(torch=torch.__version__, transformers=transformers.__version__)
    for name in ("peft", "adapters"):
        if name in sys.modules:
            found[name] = sys.modules[name].__version__
    return found


def main():
    steps = None
    for line in sys.stdin:
        question = json.loads(line)
        try:
            match question["do"]:
                case "start":
                    torch.set_num_threads(question["threads"])
                    answer = dict(pid=os.getpid(), device=f"CPU, {torch.get_num_threads()} threads", versions=versions())
                case "open":
                    steps = Steps(question["work"], question["steps"])
                    answer = {}
                case "next":
                    answer = steps.next()
                case "rate":
                    answer = dict(gflops=rate())
                case "job":
                    before = time.process_time()
                    answer = whole_job(question["job"])
                    answer["processorSeconds"] = time.process_time() - before
                case "end":
                    answer = dict(peakMemoryBytes=peak_memory())
        except Exception as error:
            answer = dict(error=f"{type(error).__name__}: {error}")
        print(json.dumps(answer), file=answers, flush=True)


main()
