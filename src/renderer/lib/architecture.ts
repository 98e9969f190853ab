/** Architectures as their papers write them. */
import type { Architecture } from '../../shared/model'

export const architectureNames = {
  bert: 'BERT',
  distilbert: 'DistilBERT',
  roberta: 'RoBERTa',
  'xlm-roberta': 'XLM-R',
  gpt2: 'GPT-2',
  llama: 'LLaMA',
  mistral: 'Mistral',
  qwen2: 'Qwen2',
} as const satisfies Record<Architecture, string>
