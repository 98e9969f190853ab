/** How transformers calls what Fino exports. */
import type { ModelConfig } from '../models/config'

const families = {
  bert: 'Bert',
  distilbert: 'DistilBert',
  roberta: 'Roberta',
  'xlm-roberta': 'XLMRoberta',
  gpt2: 'GPT2',
  llama: 'Llama',
  mistral: 'Mistral',
  qwen2: 'Qwen2',
} as const satisfies Record<ModelConfig['architecture'], string>

/** The class of a model with such a head, "BertForSequenceClassification"; `outputs` null = the language-model head. */
export function modelClass({ architecture, family }: ModelConfig, outputs: number | null): string {
  if (outputs !== null) return `${families[architecture]}ForSequenceClassification`
  if (family === 'encoder') return `${families[architecture]}ForMaskedLM`
  return architecture === 'gpt2' ? 'GPT2LMHeadModel' : `${families[architecture]}ForCausalLM`
}

/** `problem_type` in config.json, by which transformers chooses the loss of a head that reads a text. */
export const problemTypes = {
  'single-label': 'single_label_classification',
  'multi-label': 'multi_label_classification',
  regression: 'regression',
} as const
