/** Writes on from a prompt, one token at a time. */
import { tensor2d } from '@tensorflow/tfjs-core'
import type { TunedModel } from '../models/tuned-model'
import { disposeCache } from './key-value-cache'
import { type Sampling, sample } from './sample'

export interface GenerationOptions extends Sampling {
  readonly maximumTokens: number
  /** Any of these ends the answer; it is not part of it. */
  readonly endIds: readonly number[]
}

/** Yields token ids as they are chosen and says why it stopped. Leaving early frees everything. After nothing comes nothing. */
export async function* generate(
  { generation, maximumLength }: Pick<TunedModel, 'generation' | 'maximumLength'>,
  promptIds: Int32Array,
  options: GenerationOptions,
): AsyncGenerator<number, 'end' | 'length'> {
  if (!generation) throw new Error('this model has no language-model head')
  if (promptIds.length === 0) return 'end'
  const cache = generation.start()
  try {
    let unread = promptIds
    let length = 0
    for (let count = 0; count < options.maximumTokens; count++) {
      length += unread.length
      if (length > maximumLength) return 'length'
      const tokenIds = tensor2d(unread, [1, unread.length], 'int32')
      const logits = generation.next(cache, tokenIds)
      tokenIds.dispose()
      const values = (await logits.data()) as Float32Array // sync point
      logits.dispose()
      const tokenId = sample(values, options)
      if (options.endIds.includes(tokenId)) return 'end'
      yield tokenId
      unread = Int32Array.of(tokenId)
    }
    return 'length'
  } finally {
    disposeCache(cache)
  }
}
