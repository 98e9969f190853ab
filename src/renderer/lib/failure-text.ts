/** What a failure or a finding says to the person, in their language where Fino knows how. */
import type { i18n as I18n } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../shared/dataset'
import type { FailureRecord } from '../../shared/failure'

type Values = Readonly<Record<string, string | number | boolean | null>>

export interface FailureText {
  title: string
  body: string
  /** The original English message, where the body says less than it does. */
  original: string | null
}

/**
 * A code may have several sentences, from the most telling to the plainest; the first whose every variable is among the
 * details is taken. A sentence without variables says less than the original, which is then shown as well.
 */
export function chooseSentence(sentences: readonly string[], values: Values): string | undefined {
  return sentences.find((sentence) =>
    variablesOf(sentence).every((name) => values[name] !== undefined && values[name] !== null),
  )
}

export function variablesOf(sentence: string): string[] {
  return [...sentence.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map((match) => match[1] ?? '')
}

export function fillIn(sentence: string, values: Values): string {
  return sentence.replace(/\{\{\s*(\w+)[^}]*\}\}/g, (_, name: string) => String(values[name]))
}

function translated(
  i18n: I18n,
  kind: 'failures' | 'findings',
  code: string,
  values: Values,
): FailureText['body'] | null {
  const sentences = i18n.getResource(i18n.language, 'messages', `${kind}.${code}`) as unknown
  if (!Array.isArray(sentences)) return null
  return chooseSentence(sentences as string[], values) ?? null
}

export function useFailureText(): (failure: FailureRecord) => FailureText {
  const { t, i18n } = useTranslation()
  return (failure) => {
    const title = t(`failures.title.${failure.code}`)
    const sentence = translated(i18n, 'failures', failure.code, failure.details)
    if (sentence === null) return { title, body: failure.message, original: null }
    const plain = variablesOf(sentence).length === 0
    return { title, body: fillIn(sentence, failure.details), original: plain ? failure.message : null }
  }
}

export function useFindingText(): (finding: Finding) => string {
  const { i18n } = useTranslation()
  return (finding) => {
    const values = { ...finding.values, rows: finding.rows }
    const sentence = translated(i18n, 'findings', finding.code, values)
    return sentence === null ? finding.message : fillIn(sentence, values)
  }
}
