/**
 * A prompt in its template with the response after it, as token ids. Prompt and response are tokenized apart and joined,
 * so that the prompt's tokens are the same whether a response follows (training) or is to be written (generation).
 */
import { type Counted, chunksOf, type Encoded, type Example, type TargetText, type Tokenizer } from './encode'

/** The text around a prompt; the response follows it. */
export function fillTemplate(template: string, prompt: string): string {
  return template.replace('{prompt}', () => prompt)
}

/** What the model reads before it answers, each opened by the beginning token where the tokenizer has one. */
export async function encodePrompts(
  tokenizer: Tokenizer,
  template: string,
  prompts: readonly string[],
): Promise<Int32Array[]> {
  const encoded = await tokenizer.encodePlain(prompts.map((prompt) => fillTemplate(template, prompt)))
  const opening = tokenizer.beginningId === null ? [] : [tokenizer.beginningId]
  return encoded.map((tokenIds) => join(opening, tokenIds))
}

/**
 * One example per text: prompt, response, end token; its target is the prompt's length in tokens. What exceeds
 * `maxLength` is cut from the response's end, the end token with it, since the answer does not end there. A text whose
 * prompt leaves no room for a token of the response is left out.
 */
export async function* encodeInstructions(
  tokenizer: Tokenizer,
  texts: readonly TargetText[],
  { template, maxLength }: { template: string; maxLength: number },
): AsyncGenerator<Counted, Encoded> {
  const examples: Example[] = []
  const leftOut: number[] = []
  let done = 0
  for (const chunk of chunksOf(texts)) {
    const prompts = await encodePrompts(
      tokenizer,
      template,
      chunk.map(({ text }) => text),
    )
    const responses = await tokenizer.encodePlain(chunk.map(({ target }) => target))
    for (const [index, prompt] of prompts.entries()) {
      const tokenIds = join(prompt, responses[index] ?? [], tokenizer.endIds.slice(0, 1)).slice(0, maxLength)
      if (prompt.length === 0 || tokenIds.length <= prompt.length) leftOut.push(done + index)
      else examples.push({ tokenIds, target: Float32Array.of(prompt.length) })
    }
    done += chunk.length
    yield { done, total: texts.length }
  }
  return { examples, leftOut }
}

function join(...parts: readonly ArrayLike<number>[]): Int32Array {
  const joined = new Int32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
