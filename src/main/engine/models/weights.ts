/** Names and shapes of a model's tensors, decided by its config alone; and the matching of a file's names to them. */
import { Failure } from '../../../shared/failure'
import type { DecoderConfig, EncoderConfig, ModelConfig } from './config'

/**
 * What a tensor is. Linear weights are [out, in] in files and [in, out] in the engine; `expectedTensors` gives the
 * engine's shape. The other kinds look the same in both: GPT-2's linear modules (`conv1d`, after transformers' class) are
 * [in, out] in files too, and a language-model head of its own is [vocabulary, width] as the embedding table is.
 */
export type TensorKind = 'linear' | 'conv1d' | 'embedding' | 'vector'

export interface ExpectedTensor {
  readonly name: string
  readonly kind: TensorKind
  readonly shape: readonly number[]
  /** False for the pooler, which encoders trained without one lack. */
  readonly required: boolean
}

/** The linear modules of a layer: where a strategy may add its difference. No architecture has all of them. */
export const projections = [
  'query',
  'key',
  'value',
  /** GPT-2: one module whose outputs are query, key and value, one after the other. */
  'queryKeyValue',
  'attentionOutput',
  /** LLaMA's family: what goes through the activation and then weighs `feedForwardIn`'s outputs. */
  'feedForwardGate',
  'feedForwardIn',
  'feedForwardOut',
] as const
export type Projection = (typeof projections)[number]

/** Full names of one layer's modules, without `.weight` and `.bias`. */
export interface LayerNames {
  readonly modules: Readonly<Partial<Record<Projection, string>>>
  /** BERT's family: after attention's sum. Decoders: before attention. */
  readonly attentionNorm: string
  /** BERT's family: after the feed-forward sum. Decoders: before the feed-forward half. */
  readonly feedForwardNorm: string
}

export const poolerName = 'bert.pooler.dense'

/** What precedes the names of all tensors of the base in files with a head. */
export function basePrefix({ architecture }: ModelConfig): string {
  return prefixes[architecture]
}

const prefixes = {
  bert: 'bert',
  distilbert: 'distilbert',
  roberta: 'roberta',
  'xlm-roberta': 'roberta',
  gpt2: 'transformer',
  llama: 'model',
  mistral: 'model',
  qwen2: 'model',
} as const satisfies Record<ModelConfig['architecture'], string>

/** Where a layer's modules and normalizations are, by their names in transformers. */
export function layerNames(config: ModelConfig, layer: number): LayerNames {
  const base = basePrefix(config)
  switch (config.architecture) {
    case 'bert':
    case 'roberta':
    case 'xlm-roberta': {
      const path = `${base}.encoder.layer.${layer}`
      return {
        modules: {
          query: `${path}.attention.self.query`,
          key: `${path}.attention.self.key`,
          value: `${path}.attention.self.value`,
          attentionOutput: `${path}.attention.output.dense`,
          feedForwardIn: `${path}.intermediate.dense`,
          feedForwardOut: `${path}.output.dense`,
        },
        attentionNorm: `${path}.attention.output.LayerNorm`,
        feedForwardNorm: `${path}.output.LayerNorm`,
      }
    }
    case 'distilbert': {
      const path = `${base}.transformer.layer.${layer}`
      return {
        modules: {
          query: `${path}.attention.q_lin`,
          key: `${path}.attention.k_lin`,
          value: `${path}.attention.v_lin`,
          attentionOutput: `${path}.attention.out_lin`,
          feedForwardIn: `${path}.ffn.lin1`,
          feedForwardOut: `${path}.ffn.lin2`,
        },
        attentionNorm: `${path}.sa_layer_norm`,
        feedForwardNorm: `${path}.output_layer_norm`,
      }
    }
    case 'gpt2': {
      const path = `${base}.h.${layer}`
      return {
        modules: {
          queryKeyValue: `${path}.attn.c_attn`,
          attentionOutput: `${path}.attn.c_proj`,
          feedForwardIn: `${path}.mlp.c_fc`,
          feedForwardOut: `${path}.mlp.c_proj`,
        },
        attentionNorm: `${path}.ln_1`,
        feedForwardNorm: `${path}.ln_2`,
      }
    }
    case 'llama':
    case 'mistral':
    case 'qwen2': {
      const path = `${base}.layers.${layer}`
      return {
        modules: {
          query: `${path}.self_attn.q_proj`,
          key: `${path}.self_attn.k_proj`,
          value: `${path}.self_attn.v_proj`,
          attentionOutput: `${path}.self_attn.o_proj`,
          feedForwardGate: `${path}.mlp.gate_proj`,
          feedForwardIn: `${path}.mlp.up_proj`,
          feedForwardOut: `${path}.mlp.down_proj`,
        },
        attentionNorm: `${path}.input_layernorm`,
        feedForwardNorm: `${path}.post_attention_layernorm`,
      }
    }
    default:
      return config satisfies never
  }
}

/** The linear modules that this architecture's layers have, in order. */
export function projectionsOf(config: ModelConfig): Projection[] {
  const { modules } = layerNames(config, 0)
  return projections.filter((projection) => modules[projection] !== undefined)
}

/** Full name of one linear module, "bert.encoder.layer.0.attention.self.query". */
export function modulePath(config: ModelConfig, layer: number, projection: Projection): string {
  const path = layerNames(config, layer).modules[projection]
  if (path === undefined) throw new Error(`needs a projection of ${config.architecture}; has ${projection}`)
  return path
}

/** Inputs and outputs of each linear module of a layer. */
export function projectionShape(config: ModelConfig, projection: Projection): readonly [number, number] {
  const { width, feedForwardWidth } = config
  const queryWidth = config.heads * config.headSize
  const keyWidth = config.keyValueHeads * config.headSize
  switch (projection) {
    case 'query':
      return [width, queryWidth]
    case 'key':
    case 'value':
      return [width, keyWidth]
    case 'queryKeyValue':
      return [width, queryWidth + 2 * keyWidth]
    case 'attentionOutput':
      return [queryWidth, width]
    case 'feedForwardGate':
    case 'feedForwardIn':
      return [width, feedForwardWidth]
    case 'feedForwardOut':
      return [feedForwardWidth, width]
    default:
      return projection satisfies never
  }
}

/** Whether a linear module of a layer has a bias. */
export function projectionHasBias(config: ModelConfig, projection: Projection): boolean {
  if (config.family === 'encoder') return true
  if (projection === 'attentionOutput') return config.biases.attentionOutput
  return /^feedForward/.test(projection) ? config.biases.feedForward : config.biases.attention
}

/** Every tensor of the base (BERT's pooler included; no head), in a fixed order, in the engine's layout. */
export function expectedTensors(config: ModelConfig): ExpectedTensor[] {
  return [
    ...embeddingTensors(config),
    ...Array.from({ length: config.layers }, (_, layer) => layerTensors(config, layer)).flat(),
    ...(config.family === 'decoder' ? normalizationTensors(config, finalNormName(config)) : []),
    ...(config.architecture === 'bert' ? linearTensors(poolerName, [config.width, config.width], false) : []),
  ]
}

/** One layer's tensors, normalizations included. */
function layerTensors(config: ModelConfig, layer: number): ExpectedTensor[] {
  const { modules, attentionNorm, feedForwardNorm } = layerNames(config, layer)
  const tensors = projectionsOf(config).flatMap((projection) => {
    const [weight, bias] = linearTensors(modules[projection] ?? '', projectionShape(config, projection))
    const kind = config.architecture === 'gpt2' ? 'conv1d' : 'linear'
    return [{ ...weight, kind } as const, ...(projectionHasBias(config, projection) ? [bias] : [])]
  })
  return [...tensors, ...normalizationTensors(config, attentionNorm), ...normalizationTensors(config, feedForwardNorm)]
}

/** Full names of the embedding tables, and of BERT's normalization of their sum. */
export function embeddingNames(config: ModelConfig): {
  readonly words: string
  readonly positions: string | null
  readonly tokenTypes: string | null
  readonly norm: string | null
} {
  const base = basePrefix(config)
  if (config.family === 'decoder')
    return config.rotary
      ? { words: `${base}.embed_tokens.weight`, positions: null, tokenTypes: null, norm: null }
      : { words: `${base}.wte.weight`, positions: `${base}.wpe.weight`, tokenTypes: null, norm: null }
  return {
    words: `${base}.embeddings.word_embeddings.weight`,
    positions: `${base}.embeddings.position_embeddings.weight`,
    tokenTypes: config.tokenTypes > 0 ? `${base}.embeddings.token_type_embeddings.weight` : null,
    norm: `${base}.embeddings.LayerNorm`,
  }
}

function embeddingTensors(config: ModelConfig): ExpectedTensor[] {
  const names = embeddingNames(config)
  const { width, vocabularySize, maximumLength } = config
  const offset = config.family === 'encoder' ? config.positionOffset : 0
  const table = (name: string | null, rows: number): ExpectedTensor[] =>
    name === null ? [] : [{ name, kind: 'embedding', shape: [rows, width], required: true }]
  return [
    ...table(names.words, vocabularySize),
    ...table(names.positions, maximumLength + offset),
    ...table(names.tokenTypes, config.family === 'encoder' ? config.tokenTypes : 0),
    ...(names.norm === null ? [] : normalizationTensors(config, names.norm)),
  ]
}

/** The normalization after a decoder's last layer. */
export function finalNormName(config: DecoderConfig): string {
  return `${basePrefix(config)}.${config.architecture === 'gpt2' ? 'ln_f' : 'norm'}`
}

/** The table that the language-model head reads its scores from: its own, or the embeddings'. */
export function languageHeadName(config: DecoderConfig): string {
  return config.tiedEmbeddings ? embeddingNames(config).words : 'lm_head.weight'
}

/**
 * The head's tensors in the engine's layout, BERT's pooler not included. `outputs` null = the language-model head, which
 * has none where it is the embedding table.
 */
export function headTensors(config: ModelConfig, outputs: number | null): ExpectedTensor[] {
  const { width } = config
  if (config.family === 'decoder') {
    if (outputs !== null) return linearTensors('score', [width, outputs]).slice(0, 1)
    const shape = [config.vocabularySize, width]
    return config.tiedEmbeddings ? [] : [{ name: 'lm_head.weight', kind: 'embedding', shape, required: true }]
  }
  if (outputs === null) throw new Error(`needs a decoder for a language-model head; has ${config.architecture}`)
  const { hidden, out } = encoderHeadNames(config)
  return [
    ...(hidden === poolerName ? [] : linearTensors(hidden, [width, width])),
    ...linearTensors(out, [width, outputs]),
  ]
}

/** The two linear modules between an encoder's first position and its outputs. */
export function encoderHeadNames({ architecture }: EncoderConfig): { readonly hidden: string; readonly out: string } {
  if (architecture === 'bert') return { hidden: poolerName, out: 'classifier' }
  if (architecture === 'distilbert') return { hidden: 'pre_classifier', out: 'classifier' }
  return { hidden: 'classifier.dense', out: 'classifier.out_proj' }
}

export function countValues(tensors: readonly ExpectedTensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
}

/** Whether a tensor of that name belongs to a normalization. */
export function isNormalization(name: string): boolean {
  return /(layer_?norm|\.norm|\.ln_[12f])\.(weight|bias)$/i.test(name)
}

/** Weight decay leaves biases and normalization alone, as Hugging Face's trainer does. */
export function decays(name: string): boolean {
  return name.endsWith('.weight') && !isNormalization(name)
}

/** Shape of a tensor as Hugging Face stores it. */
export function fileShape({ kind, shape }: ExpectedTensor): readonly number[] {
  return kind === 'linear' ? [...shape].reverse() : shape
}

/** Where each expected tensor is in a file: expected name -> name in the file. Absent optional tensors are left out. */
export type Match = ReadonlyMap<string, string>

/**
 * Finds the expected tensors among a file's, whatever its age: with or without the architecture's prefix, with
 * LayerNorm.gamma and .beta for .weight and .bias. What is not expected (position_ids,
 * attention masks, rotary frequencies) is ignored.
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

/** Whether a file has the tensor, under any of its spellings, in its shape. */
export function fits(tensor: ExpectedTensor, found: ReadonlyMap<string, readonly number[]>, prefix: string): boolean {
  return spellings(tensor.name, prefix).some((name) => found.get(name)?.join() === fileShape(tensor).join())
}

function spellings(name: string, prefix: string): string[] {
  const old = name
    .replace(/(LayerNorm|layer_norm)\.weight$/, '$1.gamma')
    .replace(/(LayerNorm|layer_norm)\.bias$/, '$1.beta')
  const bare = (text: string) => (text.startsWith(`${prefix}.`) ? text.slice(prefix.length + 1) : text)
  return [name, old, bare(name), bare(old)]
}

function linearTensors(
  name: string,
  [inputs, outputs]: readonly [number, number],
  required = true,
): [ExpectedTensor, ExpectedTensor] {
  return [
    { name: `${name}.weight`, kind: 'linear', shape: [inputs, outputs], required },
    { name: `${name}.bias`, kind: 'vector', shape: [outputs], required },
  ]
}

/** LLaMA's family normalizes by the root mean square, without a bias. */
function normalizationTensors(config: ModelConfig, name: string): ExpectedTensor[] {
  const vector = (part: string): ExpectedTensor => ({
    name: `${name}.${part}`,
    kind: 'vector',
    shape: [config.width],
    required: true,
  })
  const rootMeanSquare = config.family === 'decoder' && config.rotary !== null
  return rootMeanSquare ? [vector('weight')] : [vector('weight'), vector('bias')]
}
