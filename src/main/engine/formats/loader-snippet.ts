/** Python that loads an export and labels two texts: shown after exporting and printed in its README. */
import type { ExportFormat } from '../../../shared/strategy'
import type { Pooling } from '../strategies/feature-based'
import { featuresFile } from './features'

export interface SnippetFacts {
  readonly format: ExportFormat
  readonly labels: readonly string[]
  readonly maxLength: number
  /** Name or folder of the base model. */
  readonly baseModel: string
  readonly pooling: Pooling
}

export function loaderSnippet(facts: SnippetFacts): string {
  switch (facts.format) {
    case 'peft':
      return peftSnippet(facts)
    case 'hugging-face':
      return huggingFaceSnippet(facts)
    case 'features':
      return featuresSnippet(facts)
    default:
      return facts.format satisfies never
  }
}

function peftSnippet({ labels, maxLength, baseModel }: SnippetFacts): string {
  return `# pip install torch transformers peft
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder = "."  # this folder
base_model = ${python(baseModel)}  # where it lay when this was written
id2label = ${pythonMap(labels)}

tokenizer = AutoTokenizer.from_pretrained(folder)
base = AutoModelForSequenceClassification.from_pretrained(
    base_model, num_labels=${labels.length}, id2label=id2label, label2id={name: i for i, name in id2label.items()}
).float()
model = PeftModel.from_pretrained(base, folder).eval()
${predict(maxLength)}`
}

function huggingFaceSnippet({ labels, maxLength }: SnippetFacts): string {
  return `# pip install torch transformers
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

folder = "."  # this folder; its config.json says num_labels = ${labels.length} and id2label
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
id2label = model.config.id2label  # ${pythonMap(labels)}
${predict(maxLength)}`
}

function predict(maxLength: number): string {
  return `
texts = ["a first text", "a second one"]
inputs = tokenizer(texts, truncation=True, max_length=${maxLength}, padding=True, return_tensors="pt")
inputs.pop("token_type_ids", None)
with torch.no_grad():
    probabilities = model(**inputs).logits.softmax(-1)
print([(id2label[int(p.argmax())], float(p.max())) for p in probabilities])
`
}

function featuresSnippet({ maxLength, baseModel, pooling }: SnippetFacts): string {
  const pooled =
    pooling === 'mean'
      ? `mask = inputs["attention_mask"].unsqueeze(-1)
features = ((hidden * mask).sum(1) / mask.sum(1)).numpy()`
      : 'features = hidden[:, 0].numpy()'
  return `# pip install torch transformers numpy
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

folder = "."  # this folder
classifier = json.loads(Path(folder, "${featuresFile}").read_text(encoding="utf-8"))
tokenizer = AutoTokenizer.from_pretrained(folder)
base_model = ${python(baseModel)}  # where it lay when this was written
encoder = AutoModel.from_pretrained(base_model).float().eval()

texts = ["a first text", "a second one"]
inputs = tokenizer(texts, truncation=True, max_length=${maxLength}, padding=True, return_tensors="pt")
inputs.pop("token_type_ids", None)
with torch.no_grad():
    hidden = encoder(**inputs).last_hidden_state
${pooled}
logits = features @ np.array(classifier["coefficients"]).T + np.array(classifier["intercepts"])
print([classifier["labels"][i] for i in logits.argmax(-1)])
`
}

/** JSON's texts are Python's too. */
function python(text: string): string {
  return JSON.stringify(text)
}

function pythonMap(labels: readonly string[]): string {
  return `{${labels.map((label, id) => `${id}: ${python(label)}`).join(', ')}}`
}
