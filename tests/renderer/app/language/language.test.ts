import { describe, expect, it } from 'vitest'
import { en } from '../../../../src/renderer/app/language/en'
import { languageOf } from '../../../../src/renderer/app/language/language'
import { pt } from '../../../../src/renderer/app/language/pt'
import { variablesOf } from '../../../../src/renderer/lib/failure-text'
import { failureCodes } from '../../../../src/shared/failure'
import { strategyIds } from '../../../../src/shared/strategy'

interface Sentences {
  readonly [key: string]: string | Sentences
}

function flatten(sentences: Sentences, path = ''): [string, string][] {
  return Object.entries(sentences).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : flatten(value, `${path}${key}.`),
  )
}

const english = new Map(flatten(en))
const portuguese = new Map(flatten(pt))

describe('translations', () => {
  it('have the same keys', () => {
    expect([...portuguese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('keep the variables of every sentence', () => {
    const differing = [...english].filter(
      ([key, sentence]) =>
        variablesOf(portuguese.get(key) ?? '')
          .sort()
          .join() !== variablesOf(sentence).sort().join(),
    )
    expect(differing).toEqual([])
  })

  it('leave no sentence empty', () => {
    const empty = [...english, ...portuguese].filter(([, sentence]) => sentence.trim() === '')
    expect(empty).toEqual([])
  })

  it('have both forms of everything that is counted', () => {
    const one = [...english.keys()].filter((key) => key.endsWith('_one'))
    expect(one.length).toBeGreaterThan(0)
    expect(one.filter((key) => !english.has(key.replace(/_one$/, '_other')))).toEqual([])
  })

  it('name every failure and every strategy', () => {
    expect(Object.keys(en.failures.title).sort()).toEqual([...failureCodes].sort())
    expect(strategyIds.filter((id) => !english.has(`strategy.${id}.name`))).toEqual([])
  })
})

describe('languageOf', () => {
  it('follows the setting, then the system', () => {
    expect(languageOf('en', 'pt-BR')).toBe('en')
    expect(languageOf('pt', 'en-US')).toBe('pt')
    expect(languageOf('system', 'pt-BR')).toBe('pt')
    expect(languageOf('system', 'de-DE')).toBe('en')
  })
})
