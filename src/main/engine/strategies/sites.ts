/** Linear modules by the names that PEFT's target_modules give them. */
import type { ModelConfig } from '../models/config'
import { modulePath, type Projection, projectionsOf } from '../models/weights'
import type { Site } from './adaptation'

const bert = {
  query: 'query',
  key: 'key',
  value: 'value',
  attentionOutput: 'attention.output.dense',
  feedForwardIn: 'intermediate.dense',
  feedForwardOut: 'output.dense',
}
const llama = {
  query: 'q_proj',
  key: 'k_proj',
  value: 'v_proj',
  attentionOutput: 'o_proj',
  feedForwardGate: 'gate_proj',
  feedForwardIn: 'up_proj',
  feedForwardOut: 'down_proj',
}
const names: Readonly<Record<ModelConfig['architecture'], Partial<Record<Projection, string>>>> = {
  bert,
  roberta: bert,
  'xlm-roberta': bert,
  distilbert: {
    query: 'q_lin',
    key: 'k_lin',
    value: 'v_lin',
    attentionOutput: 'out_lin',
    feedForwardIn: 'lin1',
    feedForwardOut: 'lin2',
  },
  gpt2: {
    queryKeyValue: 'c_attn',
    attentionOutput: 'attn.c_proj',
    feedForwardIn: 'c_fc',
    feedForwardOut: 'mlp.c_proj',
  },
  llama,
  mistral: llama,
  qwen2: llama,
}

/** The name of one projection's modules among an architecture's targets. */
export function targetName({ architecture }: ModelConfig, projection: Projection): string {
  const name = names[architecture][projection]
  if (name === undefined) throw new Error(`needs a projection of ${architecture}; has ${projection}`)
  return name
}

/** Everything that can be targeted, in the order of the forward pass. */
export function targetChoices(config: ModelConfig): string[] {
  return projectionsOf(config).map((projection) => targetName(config, projection))
}

/** The sites that PEFT adapts for these target modules, in order: those whose path ends in one of them. */
export function sitesOf(config: ModelConfig, targets: readonly string[], firstLayer = 0): Site[] {
  const layers = Array.from({ length: config.layers - firstLayer }, (_, index) => firstLayer + index)
  return layers.flatMap((layer) =>
    projectionsOf(config)
      .map((projection) => ({ layer, projection, path: modulePath(config, layer, projection) }))
      .filter(({ path }) => targets.some((target) => path.endsWith(`.${target}`))),
  )
}
