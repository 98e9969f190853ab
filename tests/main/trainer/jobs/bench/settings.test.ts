import { describe, expect, it } from 'vitest'
import { readSettings } from '../../../../../src/main/trainer/jobs/bench/settings'

const read = (...words: string[]) => readSettings(words)

describe('what is measured', () => {
  it('is the small encoder at one length, without a job, where nothing is said', () => {
    const settings = read()
    expect(settings).toMatchObject({ models: ['encoder-small'], lengths: [64], steps: true, job: false, pairs: 5 })
    expect(settings.strategies).toHaveLength(7)
    expect(settings.reference).toBeNull()
  })

  it('is what --only names: models and strategies apart', () => {
    expect(read('--only', 'encoder-base,lora, full')).toMatchObject({
      models: ['encoder-base'],
      strategies: ['lora', 'full'],
      steps: true,
      job: false,
    })
    expect(read('--only', 'ia3').models).toEqual(['encoder-small'])
  })

  it('is the job alone where it is named without a model or a length', () => {
    expect(read('--only', 'job')).toMatchObject({ steps: false, job: true })
    expect(read('--only', 'job,lora')).toMatchObject({ steps: false, jobStrategies: ['lora'] })
    expect(read('--only', 'job,lora', '--length', '128')).toMatchObject({ steps: true, lengths: [128] })
  })

  it('is everything with --all', () => {
    const settings = read('--all')
    expect(settings).toMatchObject({ lengths: [64, 128, 512], steps: true, job: true })
    expect(settings.models).toEqual(['encoder-small', 'encoder-base', 'decoder'])
  })

  it('runs on the backends named, with the threads and Pythons named', () => {
    expect(
      read(
        '--backend',
        'tensorflow,wasm',
        '--threads',
        '1',
        '--reference',
        'python',
        '--reference-adapters',
        'python2',
      ),
    ).toMatchObject({
      backends: ['tensorflow', 'wasm'],
      threads: 1,
      reference: 'python',
      referenceAdapters: 'python2',
    })
  })
})

it.each([
  [['--only', 'loar'], 'does not know loar'],
  [['--length', '65'], 'multiples of 8'],
  [['--length', '1024'], 'up to 512'],
  [['--pairs', '0'], 'from 1 on'],
  [['--backend', 'cuda'], '--backend takes'],
  [['--fast'], '--fast'],
  [['lora'], 'lora'],
])('refuses %j, saying why and what there is', (words, reason) => {
  expect(() => readSettings(words)).toThrow(reason)
  expect(() => readSettings(words)).toThrow('npm run bench')
})
