/** `npm run bench`: how long one training step takes on each backend, against that backend's own raw matrix products. */
import * as tf from '@tensorflow/tfjs-core'
import type { ModelStrategyId } from '../../../shared/strategy'
import { measureBackends } from '../../devices/measure'
import { startBackend } from '../../devices/start-backend'
import { planByLength } from '../../engine/data/batches'
import { type ModelConfig, parseConfig } from '../../engine/models/config'
import { createTunedModel } from '../../engine/models/create-tuned-model'
import type { TunedModel } from '../../engine/models/tuned-model'
import { expectedTensors } from '../../engine/models/weights'
import { createRandom } from '../../engine/random'
import { strategies } from '../../engine/strategies/index'
import { clipFactor, globalNorm } from '../../engine/training/clipping'
import { computeConstantParts, type Inputs, isWorthKeeping } from '../../engine/training/constant-part'
import { computeFeatures } from '../../engine/training/evaluate'
import { computeGradients } from '../../engine/training/gradients'
import { objectiveOf } from '../../engine/training/objectives/index'
import { createAdamW } from '../../engine/training/optimizer'
import { finish } from './load'

const batchSize = 16
const time = 64
const timedSteps = 5
const context = { breathe: async () => {} }

/** all-MiniLM-L6's shape with a smaller vocabulary. */
const config = parseConfig({
  model_type: 'bert',
  vocab_size: 8192,
  hidden_size: 384,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 1536,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  pad_token_id: 0,
})

/** Forward passes that a step is worth: full adds two backward ones, small differences the one to their inputs. */
const passesOf = (strategy: ModelStrategyId) =>
  strategy === 'feature-based' || strategy === 'head-only' ? 1 : strategy === 'full' ? 3 : 2
const objective = objectiveOf({ kind: 'single-label', labels: ['a', 'b', 'c', 'd'] })

async function main(): Promise<void> {
  console.log(
    `Encoder of ${config.layers} x ${config.width}, batches of ${batchSize} x ${time} tokens, ${timedSteps} steps`,
  )
  console.log('feature-based and head-only run the encoder once per text and keep its output: that pass is timed here.')
  for (const report of await measureBackends({ measure: true })) {
    if (!report.available || report.gflops === null) {
      console.log(`\n${report.id}: ${report.reason}`)
      continue
    }
    const { device } = await startBackend(report.id)
    console.log(`\n${report.id} (${device}); raw float32 products ${report.gflops.toFixed(0)} GFLOP/s`)
    const rows: Record<string, Record<string, string>> = {}
    for (const { id } of fitting) rows[id] = await measure(id, report.gflops)
    console.table(rows)
  }
}

/** Those that fit an encoder that reads a text. */
const fitting = strategies.filter((strategy) => strategy.describe(config, 4).misfit === null)

async function measure(strategy: ModelStrategyId, rawGflops: number): Promise<Record<string, string>> {
  const random = createRandom(1)
  const weights = randomWeights(config)
  const model = createTunedModel({ config, weights, strategy, options: {}, outputs: 4, random })
  try {
    const encoder = passesOf(strategy) === 1 ? await timeEncoder(model) : null
    const step = model.features ? null : await timeSteps(model)
    const seconds = encoder ?? step ?? Number.NaN
    const gflop = (passesOf(strategy) * forwardFlops(config)) / 1e9
    return {
      'encoder once (ms)': encoder === null ? '' : (encoder * 1000).toFixed(0),
      'step (ms)': step === null ? '' : (step * 1000).toFixed(0),
      'tokens/s': ((batchSize * time) / seconds).toFixed(0),
      GFLOP: gflop.toFixed(1),
      'GFLOP/s': (gflop / seconds).toFixed(1),
      'of raw': `${((100 * gflop) / seconds / rawGflops).toFixed(0)} %`,
    }
  } finally {
    model.dispose()
  }
}

/** The kept pass alone: median seconds. */
async function timeEncoder(model: TunedModel): Promise<number> {
  return await median(async () => {
    const work = model.features
      ? computeFeatures(model, inputs)
      : computeConstantParts(model, inputs, Number.POSITIVE_INFINITY)
    await finish<unknown>(work, context)
  })
}

/** Forward, backward, clipping and AdamW: median seconds. */
async function timeSteps(model: TunedModel): Promise<number> {
  const constantParts = isWorthKeeping(model)
    ? await finish(computeConstantParts(model, inputs, Number.POSITIVE_INFINITY), context)
    : null
  const optimizer = createAdamW(model.parameters, { weightDecay: 0.01 })
  const random = createRandom(2)
  const plan = planByLength(inputs.examples, batchSize, time)
  const seconds = await median(async () => {
    const { loss, gradients } = computeGradients(model, inputs, plan, { objective, random, constantParts })
    const norm = tf.tidy(() => globalNorm(gradients))
    const factor = tf.tidy(() => clipFactor(norm, 1))
    optimizer.apply(gradients, 1e-5, factor)
    await loss.data()
    tf.dispose([loss, norm, factor, gradients])
  })
  optimizer.dispose()
  return seconds
}

async function median(work: () => Promise<void>): Promise<number> {
  await work()
  const seconds: number[] = []
  for (let step = 0; step < timedSteps; step++) {
    const startedAt = performance.now()
    await work()
    seconds.push((performance.now() - startedAt) / 1000)
  }
  return seconds.sort((left, right) => left - right)[Math.floor(timedSteps / 2)] ?? Number.NaN
}

/** 2 per weight and token, and both products of attention. */
function forwardFlops({ layers, width, feedForwardWidth }: ModelConfig): number {
  const perToken = layers * (2 * (4 * width * width + 2 * width * feedForwardWidth) + 4 * time * width)
  return batchSize * time * perToken
}

function randomWeights(encoder: ModelConfig): Record<string, tf.Tensor> {
  return Object.fromEntries(
    expectedTensors(encoder).map(({ name, shape }) => [
      name,
      /LayerNorm\.weight$/.test(name) ? tf.ones([...shape]) : tf.randomUniform([...shape], -0.03, 0.03, 'float32', 1),
    ]),
  )
}

const inputs: Inputs = {
  examples: Array.from({ length: batchSize }, (_, row) => ({
    tokenIds: Int32Array.from({ length: time }, (_id, at) => 5 + ((row * time + at * 31) % 8000)),
    target: Float32Array.of(row % 4),
  })),
  paddingId: 0,
  batchSize,
  maxLength: time,
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown)
  process.exitCode = 1
})
