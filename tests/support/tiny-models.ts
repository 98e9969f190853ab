/** Tiny models of every architecture with random weights of a size that makes mistakes show, and batches for them. */
import * as tf from '@tensorflow/tfjs-core'
import { downloadArrays, type FloatArray, transposeArray } from '../../src/main/engine/formats/arrays'
import { encodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { encodeJson } from '../../src/main/engine/formats/text'
import { type ModelConfig, parseConfig } from '../../src/main/engine/models/config'
import type { Batch } from '../../src/main/engine/models/tuned-model'
import {
  type ExpectedTensor,
  expectedTensors,
  headTensors,
  isNormalization,
} from '../../src/main/engine/models/weights'
import type { Weights } from '../../src/main/engine/parameters'
import { createRandom } from '../../src/main/engine/random'
import { type Architecture, architectures } from '../../src/shared/model'

export const tinyArchitectures = architectures

/** config.json of a tiny model: 2 layers of width 16, 60 tokens, 32 positions. */
export function tinyConfigJson(architecture: Architecture): Record<string, unknown> {
  switch (architecture) {
    case 'bert':
      return bertJson
    case 'distilbert':
      return {
        model_type: 'distilbert',
        vocab_size: 60,
        dim: 16,
        n_layers: 2,
        n_heads: 2,
        hidden_dim: 24,
        max_position_embeddings: 32,
        activation: 'gelu',
        dropout: 0.1,
        attention_dropout: 0.1,
        seq_classif_dropout: 0.2,
        pad_token_id: 0,
      }
    case 'roberta':
    case 'xlm-roberta':
      return {
        ...bertJson,
        model_type: architecture,
        type_vocab_size: architecture === 'roberta' ? 2 : 1,
        max_position_embeddings: 34, // two rows before the first position
        layer_norm_eps: 1e-5,
        pad_token_id: 1,
      }
    case 'gpt2':
      return {
        model_type: 'gpt2',
        vocab_size: 60,
        n_embd: 16,
        n_layer: 2,
        n_head: 2,
        n_inner: 24,
        n_positions: 32,
        embd_pdrop: 0.1,
        resid_pdrop: 0.1,
        attn_pdrop: 0.1,
        bos_token_id: 1,
        eos_token_id: 2,
      }
    case 'llama':
      return {
        ...llamaJson,
        rope_parameters: {
          rope_type: 'llama3',
          rope_theta: 10000,
          factor: 4,
          low_freq_factor: 1,
          high_freq_factor: 4,
          original_max_position_embeddings: 20,
        },
      }
    case 'mistral':
      return { ...llamaJson, model_type: 'mistral', sliding_window: 6 }
    case 'qwen2':
      return { ...llamaJson, model_type: 'qwen2', tie_word_embeddings: true }
    default:
      return architecture satisfies never
  }
}

const bertJson = {
  model_type: 'bert',
  vocab_size: 60,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 24,
  max_position_embeddings: 32,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  pad_token_id: 0,
}

/** Two key-value heads for four, no padding token, a language-model head of its own. */
const llamaJson = {
  model_type: 'llama',
  vocab_size: 60,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 24,
  max_position_embeddings: 32,
  attention_dropout: 0.1,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: false,
  bos_token_id: 1,
  eos_token_id: 2,
}

export function tinyConfig(architecture: Architecture): ModelConfig {
  return parseConfig(tinyConfigJson(architecture))
}

/** What a folder of the base holds: a decoder's language-model head belongs to it. */
export function tinyTensors(config: ModelConfig): ExpectedTensor[] {
  return [...expectedTensors(config), ...(config.family === 'decoder' ? headTensors(config, null) : [])]
}

/** New weights N(0, 0.3); normalization weights about 1. The caller owns them. */
export function tinyWeights(config: ModelConfig, seed = 1): Weights {
  const weights: Record<string, tf.Tensor> = {}
  for (const { name, shape } of tinyTensors(config)) {
    const random = createRandom(seed).fork(name)
    const centre = isNormalization(name) && name.endsWith('.weight') ? 1 : 0
    const size = shape.reduce((product, length) => product * length, 1)
    const values = Float32Array.from({ length: size }, () => centre + 0.3 * random.normal())
    weights[name] = tf.tensor(values, [...shape], 'float32')
  }
  return weights
}

/** A batch of the given texts (token ids), padded on the right to `time` or to the longest of them. */
export function batchOf(texts: readonly (readonly number[])[], time?: number): Batch {
  const width = time ?? Math.max(...texts.map((tokens) => tokens.length))
  const tokenIds = new Int32Array(texts.length * width)
  const mask = new Float32Array(texts.length * width)
  texts.forEach((tokens, row) => {
    tokenIds.set(tokens, row * width)
    mask.fill(1, row * width, row * width + tokens.length)
  })
  return {
    tokenIds: tf.tensor2d(tokenIds, [texts.length, width], 'int32'),
    attentionMask: tf.tensor2d(mask, [texts.length, width], 'float32'),
  }
}

/** Texts of different lengths with their classes (0 or 1), made from a seed. Token 1 opens and 2 closes each text. */
export function tinyTexts(count: number, seed = 7): { tokens: number[]; label: number }[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const body = Array.from({ length: 2 + random.integer(8) }, () => 3 + random.integer(57))
    return { tokens: [1, ...body, 2], label: index % 2 }
  })
}

export function disposeBatch(batch: Batch): void {
  tf.dispose([batch.tokenIds, batch.attentionMask])
}

/** The files of a Hugging Face folder that holds the tiny base, without a head that reads texts, in the files' layout. */
export async function tinyBaseFolder(architecture: Architecture, seed = 1): Promise<Record<string, Uint8Array>> {
  const config = tinyConfig(architecture)
  const arrays = await downloadArrays(tinyWeights(config, seed))
  const stored = tinyTensors(config).map(({ name, kind }) => {
    const array = arrays[name] as FloatArray
    return [name, kind === 'linear' ? transposeArray(array) : array] as const
  })
  return {
    'config.json': encodeJson(tinyConfigJson(architecture)),
    'model.safetensors': encodeSafetensors(Object.fromEntries(stored), { format: 'pt' }),
  }
}
