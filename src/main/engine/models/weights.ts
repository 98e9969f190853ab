/** Names and shapes of an encoder's tensors, decided by its config alone; and the matching of a file's names to them. */
import { Failure } from '../../../shared/failure'
import type { EncoderConfig } from './config'

/**
 * What a tensor is. Linear weights are [out, in] in files and [in, out] in the engine; `expectedTensors` gives the
 * engine's shape. The other kinds look the same in both.
 */
export type TensorKind = 'linear' | 'embedding' | 'vector'

export interface ExpectedTensor {
  readonly name: string
  readonly kind: TensorKind
  readonly shape: readonly number[]
  /** False for the pooler, which encoders trained without one lack. */
  readonly required: boolean
}

/** Full names of one layer's modules, without `.weight` and `.bias`. */
export interface LayerNames {
  readonly query: string
  readonly key: string
  readonly value: string
  readonly attentionOutput: string
  readonly attentionNorm: string
  readonly feedForwardIn: string
  readonly feedForwardOut: string
  readonly outputNorm: string
}

/** The linear modules of a layer: where a strategy may add its difference. */
export const projections = ['query', 'key', 'value', 'attentionOutput', 'feedForwardIn', 'feedForwardOut'] as const
export type Projection = (typeof projections)[number]

export const poolerName = 'bert.pooler.dense'

export function layerNames(config: EncoderConfig, layer: number): LayerNames {
  if (config.architecture === 'bert') {
    const path = `bert.encoder.layer.${layer}`
    return {
      query: `${path}.attention.self.query`,
      key: `${path}.attention.self.key`,
      value: `${path}.attention.self.value`,
      attentionOutput: `${path}.attention.output.dense`,
      attentionNorm: `${path}.attention.output.LayerNorm`,
      feedForwardIn: `${path}.intermediate.dense`,
      feedForwardOut: `${path}.output.dense`,
      outputNorm: `${path}.output.LayerNorm`,
    }
  }
  const path = `distilbert.transformer.layer.${layer}`
  return {
    query: `${path}.attention.q_lin`,
    key: `${path}.attention.k_lin`,
    value: `${path}.attention.v_lin`,
    attentionOutput: `${path}.attention.out_lin`,
    attentionNorm: `${path}.sa_layer_norm`,
    feedForwardIn: `${path}.ffn.lin1`,
    feedForwardOut: `${path}.ffn.lin2`,
    outputNorm: `${path}.output_layer_norm`,
  }
}

/** Inputs and outputs of each linear module of a layer. */
export function projectionShape(config: EncoderConfig, projection: Projection): readonly [number, number] {
  if (projection === 'feedForwardIn') return [config.width, config.feedForwardWidth]
  if (projection === 'feedForwardOut') return [config.feedForwardWidth, config.width]
  return [config.width, config.width]
}

/** Every tensor of the encoder (BERT's pooler included), in a fixed order, in the engine's layout. */
export function expectedTensors(config: EncoderConfig): ExpectedTensor[] {
  const { architecture, width, vocabularySize, maximumLength, tokenTypes } = config
  const embeddings = `${architecture}.embeddings`
  const embedding = (name: string, rows: number): ExpectedTensor => ({
    name: `${embeddings}.${name}.weight`,
    kind: 'embedding',
    shape: [rows, width],
    required: true,
  })
  const tensors = [embedding('word_embeddings', vocabularySize), embedding('position_embeddings', maximumLength)]
  if (tokenTypes > 0) tensors.push(embedding('token_type_embeddings', tokenTypes))
  tensors.push(...normalizationTensors(`${embeddings}.LayerNorm`, width))
  for (let layer = 0; layer < config.layers; layer++) {
    const names = layerNames(config, layer)
    for (const projection of projections) {
      tensors.push(...linearTensors(names[projection], projectionShape(config, projection)))
      if (projection === 'attentionOutput') tensors.push(...normalizationTensors(names.attentionNorm, width))
    }
    tensors.push(...normalizationTensors(names.outputNorm, width))
  }
  if (architecture === 'bert') tensors.push(...linearTensors(poolerName, [width, width], false))
  return tensors
}

/** The classification head's tensors for this architecture, BERT's pooler not included, in the engine's layout. */
export function headTensors(config: EncoderConfig, classes: number): ExpectedTensor[] {
  const classifier = linearTensors('classifier', [config.width, classes])
  if (config.architecture === 'bert') return classifier
  return [...linearTensors('pre_classifier', [config.width, config.width]), ...classifier]
}

export function countValues(tensors: readonly ExpectedTensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
}

/** Weight decay leaves biases and normalization alone, as Hugging Face's trainer does. */
export function decays(name: string): boolean {
  return name.endsWith('.weight') && !/layer_?norm\.weight$/i.test(name)
}

/** Shape of a tensor as Hugging Face stores it. */
export function fileShape({ kind, shape }: ExpectedTensor): readonly number[] {
  return kind === 'linear' ? [...shape].reverse() : shape
}

/** Where each expected tensor is in a file: expected name -> name in the file. Absent optional tensors are left out. */
export type Match = ReadonlyMap<string, string>

/**
 * Finds the expected tensors among a file's, whatever its age: with or without the architecture's prefix, with
 * LayerNorm.gamma and .beta for .weight and .bias. What is not expected (language-model heads, position_ids) is ignored.
 * Throws `model-malformed` listing every missing or wrongly shaped tensor.
 */
export function matchTensors(
  expected: readonly ExpectedTensor[],
  found: ReadonlyMap<string, readonly number[]>,
  prefix: string,
): Match {
  const match = new Map<string, string>()
  const problems: string[] = []
  for (const tensor of expected) {
    const name = spellings(tensor.name, prefix).find((spelling) => found.has(spelling))
    if (name === undefined) {
      if (tensor.required) problems.push(`${tensor.name} is missing`)
      continue
    }
    const need = fileShape(tensor).join(' x ')
    const have = (found.get(name) ?? []).join(' x ')
    if (need === have) match.set(tensor.name, name)
    else problems.push(`${name} is ${have}, not ${need}`)
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, 8).join('; ')
    const rest = problems.length > 8 ? `; and ${problems.length - 8} more` : ''
    throw new Failure(
      'model-malformed',
      `The weights do not fit config.json: ${shown}${rest}. Download the model folder again, or correct config.json.`,
      { problems: problems.length },
    )
  }
  return match
}

function spellings(name: string, prefix: string): string[] {
  const old = name
    .replace(/(LayerNorm|layer_norm)\.weight$/, '$1.gamma')
    .replace(/(LayerNorm|layer_norm)\.bias$/, '$1.beta')
  const bare = (text: string) => (text.startsWith(`${prefix}.`) ? text.slice(prefix.length + 1) : text)
  return [name, old, bare(name), bare(old)]
}

function linearTensors(name: string, [inputs, outputs]: readonly [number, number], required = true): ExpectedTensor[] {
  return [
    { name: `${name}.weight`, kind: 'linear', shape: [inputs, outputs], required },
    { name: `${name}.bias`, kind: 'vector', shape: [outputs], required },
  ]
}

function normalizationTensors(name: string, width: number): ExpectedTensor[] {
  return [
    { name: `${name}.weight`, kind: 'vector', shape: [width], required: true },
    { name: `${name}.bias`, kind: 'vector', shape: [width], required: true },
  ]
}
