/**
 * Prompt and prefix tuning as PEFT stores them: one tensor. What a network makes of trained embeddings is stored, never
 * the network: such an adapter can be used, but not trained on as it was.
 */
import { Failure } from '../../../shared/failure'
import { prefixEncoder, tokenWidth } from '../strategies/prefix-tuning'
import { promptName } from '../strategies/prompt-tuning'
import type { Arrays, FloatArray } from './arrays'
import { type PeftMethod, refuseUnknown } from './peft-method'

const shape = ['num_virtual_tokens', 'token_dim', 'num_transformer_submodules', 'num_attention_heads', 'num_layers']
const promptStart = ['prompt_tuning_init', 'prompt_tuning_init_text', 'tokenizer_name_or_path', 'tokenizer_kwargs']
const network = ['encoder_reparameterization_type', 'encoder_hidden_size', 'encoder_num_layers', 'encoder_dropout']

/** P-tuning's file holds what its network gave: it is read as the prompt that it is. */
export const promptMethod: PeftMethod = {
  type: 'PROMPT_TUNING',
  types: ['PROMPT_TUNING', 'P_TUNING'],
  strategy: 'prompt-tuning',
  beside: 'prompt',
  owns: (name) => name === promptName,
  write: ({ config, parameters }) => ({
    described: {
      prompt_tuning_init: 'RANDOM',
      num_virtual_tokens: promptOf(parameters).shape[0],
      token_dim: config.width,
      num_transformer_submodules: 1,
      num_attention_heads: config.heads,
      num_layers: config.layers,
    },
    tensors: parameters,
  }),
  read({ described, tensors }) {
    refuseUnknown(described, [...shape, ...promptStart, ...network])
    const virtualTokens = promptOf(tensors).shape[0] ?? 0
    return { options: { virtualTokens, initialization: 'random' }, values: tensors }
  },
}

export const prefixMethod: PeftMethod = {
  type: 'PREFIX_TUNING',
  types: ['PREFIX_TUNING'],
  strategy: 'prefix-tuning',
  beside: 'prompt',
  owns: (name) => name === promptName,
  write({ config, parameters }) {
    const prompt = flattenPrefix(parameters)
    return {
      described: {
        // PEFT looks for the network's outputs only where it is told that there is none.
        prefix_projection: false,
        encoder_hidden_size: tokenWidth(config),
        num_virtual_tokens: prompt.shape[0],
        token_dim: tokenWidth(config),
        num_transformer_submodules: 1,
        // As PEFT rewrites them where heads share keys and values.
        num_attention_heads: config.keyValueHeads,
        num_layers: config.layers,
      },
      tensors: { [promptName]: prompt },
    }
  },
  read({ described, tensors }) {
    refuseUnknown(described, [...shape, 'prefix_projection', 'encoder_hidden_size', 'init_weights'])
    return { options: { virtualTokens: promptOf(tensors).shape[0] ?? 0, reparameterized: false }, values: tensors }
  },
}

/** The keys and values that a trained prefix comes down to: [virtual, layers * 2 * token width]. */
export function flattenPrefix(parameters: Arrays): FloatArray {
  const embedding = parameters[prefixEncoder.embedding]
  if (!embedding) return promptOf(parameters)
  const hidden = apply(embedding, parameters, prefixEncoder.hidden)
  const bent: FloatArray = { shape: hidden.shape, data: hidden.data.map(Math.tanh) }
  const parts: FloatArray[] = []
  while (parameters[`${prefixEncoder.layer(parts.length)}.weight`])
    parts.push(apply(bent, parameters, prefixEncoder.layer(parts.length)))
  const [rows = 0] = embedding.shape
  const width = parts[0]?.shape[1] ?? 0
  const data = new Float32Array(rows * parts.length * width)
  for (let row = 0; row < rows; row++)
    for (const [layer, part] of parts.entries())
      data.set(part.data.subarray(row * width, (row + 1) * width), (row * parts.length + layer) * width)
  return { shape: [rows, parts.length * width], data }
}

/** x W + b in double precision, row by row. */
function apply(x: FloatArray, parameters: Arrays, name: string): FloatArray {
  const [weight, bias] = [parameters[`${name}.weight`], parameters[`${name}.bias`]]
  if (!weight || !bias)
    throw new Error(`needs the prefix encoder's ${name}; has ${Object.keys(parameters).length} others`)
  const [rows = 0, inputs = 0] = x.shape
  const outputs = bias.data.length
  const data = new Float32Array(rows * outputs)
  for (let row = 0; row < rows; row++) {
    const sums = Float64Array.from(bias.data)
    for (let input = 0; input < inputs; input++) {
      const value = x.data[row * inputs + input] as number
      for (let output = 0; output < outputs; output++)
        sums[output] = (sums[output] as number) + value * (weight.data[input * outputs + output] as number)
    }
    data.set(sums, row * outputs)
  }
  return { shape: [rows, outputs], data }
}

function promptOf(arrays: Arrays): FloatArray {
  const prompt = arrays[promptName]
  if (!prompt) throw new Failure('model-malformed', `The adapter holds no ${promptName}. Save it again.`)
  return prompt
}
