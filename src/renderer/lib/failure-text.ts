/** What a failure or a finding says to the person, in their language where Fino knows how. */
import { useTranslation } from 'react-i18next'
import type { FileReference } from '../../shared/contract'
import type { Finding, FindingCode } from '../../shared/dataset'
import type { FailureCode, FailureRecord } from '../../shared/failure'
import { type Format, useFormat } from './format'

/** Sentences of a language for codes whose own message is English; variables as `{{name}}` or `{{name, kind}}`. */
export interface Messages {
  failures: Readonly<Record<FailureCode, readonly string[]>>
  findings: Readonly<Record<FindingCode, Readonly<Partial<Record<Finding['level'], readonly string[]>>>>>
}

type Values = Readonly<Record<string, string | number | boolean | null>>

export interface FailureText {
  title: string
  body: string
  /** The original English message, where the body says less than it does. */
  original: string | null
}

const variable = /\{\{\s*(\w+)(?:,\s*(\w+))?\s*\}\}/g

/**
 * The first sentence whose every variable is among the details: a code's sentences go from the most telling to the
 * plainest.
 */
export function chooseSentence(sentences: readonly string[], values: Values): string | undefined {
  return sentences.find((sentence) =>
    variablesOf(sentence).every((name) => values[name] !== undefined && values[name] !== null),
  )
}

export function variablesOf(sentence: string): string[] {
  return [...sentence.matchAll(variable)].map((match) => match[1] ?? '')
}

/** Kinds: `number`, `percent`, and `file` (the name at a path's end); without one the value as it is. */
export function fillIn(sentence: string, values: Values, format: Pick<Format, 'number' | 'percent'>): string {
  return sentence.replace(variable, (_, name: string, kind: string | undefined) => {
    const value = values[name]
    if (kind === 'file') return String(value).split(/[\\/]/).at(-1) ?? ''
    if (typeof value !== 'number') return String(value)
    if (kind === 'number') return format.number(value, 2)
    return kind === 'percent' ? format.percent(value) : String(value)
  })
}

/** An upload lies under a name that Fino gave it; the person knows it by the name it came with. */
export function withFileName(failure: FailureRecord | undefined, file: FileReference): FailureRecord | undefined {
  if (failure === undefined || file.kind !== 'upload') return failure
  const { path } = failure.details
  if (typeof path !== 'string' || !path.endsWith(file.uploadId)) return failure
  return { ...failure, details: { ...failure.details, path: file.fileName } }
}

export function useFailureText(): (failure: FailureRecord) => FailureText {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  return ({ code, message, details }) => {
    const title = t(`failures.title.${code}`)
    const messages = messagesOf(i18n.getResourceBundle(i18n.language, 'messages'))
    const sentence = messages === null ? undefined : chooseSentence(messages.failures[code], details)
    if (sentence === undefined) return { title, body: message, original: null }
    const plain = variablesOf(sentence).length === 0
    return { title, body: fillIn(sentence, details, format), original: plain ? message : null }
  }
}

export function useFindingText(): (finding: Finding) => string {
  const { i18n } = useTranslation()
  const format = useFormat()
  return (finding) => {
    const values = { rows: finding.rows, ...finding.values }
    const messages = messagesOf(i18n.getResourceBundle(i18n.language, 'messages'))
    const sentence = chooseSentence(messages?.findings[finding.code][finding.level] ?? [], values)
    return sentence === undefined ? finding.message : fillIn(sentence, values, format)
  }
}

/** English has none: there the failures and findings speak for themselves. */
function messagesOf(bundle: unknown): Messages | null {
  const messages = bundle as Partial<Messages> | undefined
  return messages?.failures === undefined ? null : (messages as Messages)
}
