/** Python that loads an export and answers two texts: shown after exporting and printed in its README. */
import { labelsOf, outputsOf, type Problem } from '../../../shared/problem'
import type { ExportFormat, StrategyId, StrategyOptions } from '../../../shared/strategy'
import { featuresFile } from './features'
import { problemTypes } from './model-class'
import { trainedFile } from './native'
import { headFile } from './peft-adaption-prompt'

export interface SnippetFacts {
  readonly format: ExportFormat
  readonly strategy: StrategyId
  readonly options: StrategyOptions
  readonly problem: Problem
  readonly maxLength: number
  /** Name or folder of the base model. */
  readonly baseModel: string
}

/** One text at a time: no padding token to agree on. Empty for a dictionary, which explains itself. */
export function loaderSnippet(facts: SnippetFacts): string {
  switch (facts.format) {
    case 'peft':
      return script('torch transformers peft', [peftLoader(facts), ask(facts)])
    case 'adapterhub':
      return script('torch transformers "adapters>=1.3"', [adapterHubLoader(facts), ask(facts)])
    case 'hugging-face':
      return script('torch transformers', [wholeLoader(facts), ask(facts)])
    case 'features':
      return script('torch transformers numpy', [featuresLoader(facts), askFeatures(facts)])
    case 'fino':
      return script('safetensors numpy', [nativeLoader()])
    case 'dictionary':
      return ''
    default:
      return facts.format satisfies never
  }
}

function script(packages: string, parts: readonly string[]): string {
  return `# pip install ${packages}\n${parts.join('\n')}`
}

function peftLoader(facts: SnippetFacts): string {
  const headBeside = facts.strategy === 'llama-adapter' && outputsOf(facts.problem) !== null
  const head = `
# PEFT keeps no head beside such an adapter: it is loaded into the base.
missing = base.load_state_dict(load_file(f"{folder}/${headFile}"), strict=False)
assert not missing.unexpected_keys`
  return `import torch
from peft import PeftModel
${headBeside ? 'from safetensors.torch import load_file\n' : ''}from transformers import ${autoClass(facts)}, AutoTokenizer

folder = "."  # this folder
${loadBase(facts, 'base')}.float()${headBeside ? head : ''}
model = PeftModel.from_pretrained(base, folder).eval()`
}

function adapterHubLoader(facts: SnippetFacts): string {
  return `import adapters
import torch
from transformers import ${autoClass(facts)}, AutoTokenizer

folder = "."  # this folder
${loadBase(facts, 'model')}.float()
adapters.init(model)
model.load_adapter(folder, set_active=True, use_safetensors=True)
model.eval()`
}

function wholeLoader(facts: SnippetFacts): string {
  return `import torch
from transformers import ${autoClass(facts)}, AutoTokenizer

folder = "."  # this folder
tokenizer = AutoTokenizer.from_pretrained(folder)
model = ${autoClass(facts)}.from_pretrained(folder).eval()${facts.problem.kind === 'instruction' ? '' : `\n${sayLabels(facts.problem)}`}`
}

/** Tokenizer and base, with a head of the right size; `from_pretrained(...)` ends it. */
function loadBase(facts: SnippetFacts, variable: string): string {
  const { problem, baseModel } = facts
  const common = `tokenizer = AutoTokenizer.from_pretrained(folder)
base_model = ${python(baseModel)}  # where it lay when this was written`
  if (problem.kind === 'instruction' || problem.kind === 'language')
    return `${common}\n${variable} = ${autoClass(facts)}.from_pretrained(base_model)`
  const named = labelsOf(problem).length > 0
  const head = [
    `num_labels=${outputsOf(problem)}`,
    `problem_type="${problemTypes[problem.kind]}"`,
    ...(named ? ['id2label=id2label', 'label2id={name: i for i, name in id2label.items()}'] : []),
    'ignore_mismatched_sizes=True',
  ]
  return `${common}
${sayLabels(problem)}
${variable} = ${autoClass(facts)}.from_pretrained(
    base_model, ${head.join(', ')}
)`
}

function sayLabels(problem: Problem): string {
  if (problem.kind !== 'regression') return `id2label = ${pythonMap(labelsOf(problem))}`
  return `mean, deviation = ${problem.mean}, ${problem.deviation}  # of the target where it was trained: the model answers (target - mean) / deviation`
}

function ask({ problem, maxLength }: SnippetFacts): string {
  if (problem.kind === 'instruction') return generate(problem)
  return `
for text in ["a first text", "a second one"]:
    inputs = tokenizer(text, truncation=True, max_length=${maxLength}, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.no_grad():
        logits = model(**inputs).logits[0]
    ${answer(problem)}
`
}

function answer(problem: Exclude<Problem, { kind: 'instruction' }>): string {
  switch (problem.kind) {
    case 'single-label':
      return 'print(id2label[int(logits.argmax())], float(logits.softmax(-1).max()))'
    case 'multi-label':
      return 'print([id2label[i] for i, p in enumerate(logits.sigmoid()) if p >= 0.5])'
    case 'regression':
      return 'print(float(logits[0]) * deviation + mean)'
    case 'language':
      throw new Error('an adapted model has nothing to answer yet')
    default:
      return problem satisfies never
  }
}

function generate({ template }: Extract<Problem, { kind: 'instruction' }>): string {
  return `
template = ${python(template)}
for prompt in ["a first question", "a second one"]:
    inputs = tokenizer(template.replace("{prompt}", prompt), return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.no_grad():
        written = model.generate(**inputs, max_new_tokens=256, do_sample=False, pad_token_id=tokenizer.eos_token_id)
    print(tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True))
`
}

function featuresLoader({ baseModel }: SnippetFacts): string {
  return `import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

folder = "."  # this folder
classifier = json.loads(Path(folder, "${featuresFile}").read_text(encoding="utf-8"))
problem = classifier["problem"]
tokenizer = AutoTokenizer.from_pretrained(folder)
base_model = ${python(baseModel)}  # where it lay when this was written
encoder = AutoModel.from_pretrained(base_model).float().eval()
`
}

function askFeatures({ problem, maxLength, options }: SnippetFacts): string {
  const pooled = { cls: 'hidden[0]', last: 'hidden[-1]' }[String(options.pooling)] ?? 'hidden.mean(0)'
  const hidden =
    options.pooling === 'upper-mean'
      ? 'torch.stack(encoder(**inputs, output_hidden_states=True).hidden_states[1:][-4:]).mean(0)'
      : 'encoder(**inputs).last_hidden_state'
  return `for text in ["a first text", "a second one"]:
    inputs = tokenizer(text, truncation=True, max_length=${maxLength}, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.no_grad():
        hidden = ${hidden}[0].numpy()
    logits = np.array(classifier["coefficients"]) @ ${pooled} + np.array(classifier["intercepts"])
    ${answerFeatures(problem)}
`
}

function answerFeatures({ kind }: Problem): string {
  if (kind === 'regression') return 'print(logits[0] * problem["deviation"] + problem["mean"])'
  if (kind === 'multi-label') return 'print([name for name, logit in zip(problem["labels"], logits) if logit >= 0])'
  return 'print(problem["labels"][int(logits.argmax())])'
}

function nativeLoader(): string {
  return `# No library computes this variant; Fino does: fino predict --export FOLDER. What was trained can be read:
import json

from safetensors.numpy import load_file

print(json.load(open("fino.json", encoding="utf-8"))["options"])
for name, values in load_file("${trainedFile}").items():  # linear weights are [in, out]
    print(name, values.shape)
`
}

function autoClass({ problem }: SnippetFacts): string {
  return outputsOf(problem) === null ? 'AutoModelForCausalLM' : 'AutoModelForSequenceClassification'
}

/** JSON's texts are Python's too. */
function python(text: string): string {
  return JSON.stringify(text)
}

function pythonMap(labels: readonly string[]): string {
  return `{${labels.map((label, id) => `${id}: ${python(label)}`).join(', ')}}`
}
