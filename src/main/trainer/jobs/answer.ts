/** Lets a tuned language model answer prompts. */
import type { Generation } from '../../../shared/generation'
import type { Prediction } from '../../../shared/result'
import { encodePrompts } from '../../engine/data/template'
import { generate } from '../../engine/generation/generate'
import { createRandom } from '../../engine/random'
import type { LoadedModel } from './load'

export type Answer = Extract<Prediction, { kind: 'instruction' }>

/**
 * One answer per prompt; each draws from a generator of its own, so that it does not depend on the others.
 * `between` is awaited after every token: it lets messages in, and ends the work by throwing.
 */
export async function answerAll(
  { model, tokenizer }: Pick<LoadedModel, 'model' | 'tokenizer'>,
  template: string,
  prompts: readonly string[],
  { seed, ...generation }: Generation,
  between: (done: number) => Promise<void>,
): Promise<Answer[]> {
  const random = createRandom(seed)
  const answers: Answer[] = []
  for (const [index, promptIds] of (await encodePrompts(tokenizer, template, prompts)).entries()) {
    const tokenIds: number[] = []
    const own = { ...generation, random: random.fork(`answer ${index}`), endIds: tokenizer.endIds }
    const work = generate(model, promptIds, own)
    let next = await work.next()
    while (!next.done) {
      tokenIds.push(next.value)
      await between(index)
      next = await work.next()
    }
    answers.push({ kind: 'instruction', text: await tokenizer.decode(tokenIds), stoppedBecause: next.value })
    await between(index + 1)
  }
  return answers
}
