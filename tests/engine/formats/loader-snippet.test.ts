/** That the snippets run is shown in tests/interop, with real Python; here is what they must say. */
import { describe, expect, it } from 'vitest'
import { loaderSnippet, type SnippetFacts } from '../../../src/main/engine/formats/loader-snippet'

const facts: SnippetFacts = {
  format: 'peft',
  strategy: 'lora',
  options: {},
  problem: { kind: 'single-label', labels: ['bill', 'a "b"'] },
  maxLength: 96,
  baseModel: 'some/base',
}

describe('loaderSnippet', () => {
  it('gives the base a head of the right size and names', () => {
    const python = loaderSnippet(facts)
    expect(python).toContain('num_labels=2, problem_type="single_label_classification", id2label=id2label')
    expect(python).toContain('id2label = {0: "bill", 1: "a \\"b\\""}')
    expect(python).toContain('max_length=96')
    expect(python).toContain('PeftModel.from_pretrained(base, folder)')
  })

  it('turns a regression back into its own units, and many labels into those that hold', () => {
    const number = loaderSnippet({ ...facts, problem: { kind: 'regression', mean: 6.5, deviation: 2 } })
    expect(number).toContain('num_labels=1, problem_type="regression"')
    expect(number).toContain('mean, deviation = 6.5, 2')
    expect(number).toContain('* deviation + mean')
    const several = loaderSnippet({ ...facts, problem: { kind: 'multi-label', labels: ['x', 'y'], separator: ';' } })
    expect(several).toContain('multi_label_classification')
    expect(several).toContain('sigmoid()')
  })

  it('writes after the template', () => {
    const python = loaderSnippet({ ...facts, problem: { kind: 'instruction', template: 'Q: {prompt}\nA: ' } })
    expect(python).toContain('AutoModelForCausalLM')
    expect(python).toContain('template = "Q: {prompt}\\nA: "')
    expect(python).not.toContain('num_labels')
  })

  it('opens safetensors with adapters, which otherwise looks for a pickle', () => {
    const python = loaderSnippet({ ...facts, format: 'adapterhub', strategy: 'bottleneck-adapter' })
    expect(python).toContain('adapters.init(model)')
    expect(python).toContain('use_safetensors=True')
  })

  it("puts a LLaMA-Adapter's head into the base, where there is one", () => {
    const reads = loaderSnippet({ ...facts, strategy: 'llama-adapter' })
    expect(reads).toContain('load_file(f"{folder}/head.safetensors")')
    const writes = loaderSnippet({
      ...facts,
      strategy: 'llama-adapter',
      problem: { kind: 'instruction', template: '{prompt}' },
    })
    expect(writes).not.toContain('head.safetensors')
  })

  it('pools features as they were fitted', () => {
    const python = (pooling: string) => loaderSnippet({ ...facts, format: 'features', options: { pooling } })
    expect(python('upper-mean')).toContain('hidden_states[1:][-4:]')
    expect(python('mean')).toContain('hidden.mean(0)')
    expect(python('cls')).toContain('hidden[0]')
    expect(python('last')).toContain('hidden[-1]')
  })
})
