/** How far a quote has come: an estimate at once, then one that was measured. */
import type { FailureRecord } from '../../shared/failure'
import type { Quote } from '../../shared/quote'

export type QuoteState =
  /** With the quote that was there before the settings changed. */
  | { kind: 'estimating'; quote: Quote | null }
  | { kind: 'waiting'; quote: Quote }
  | { kind: 'measuring'; quote: Quote | null }
  | { kind: 'measured'; quote: Quote }
  | { kind: 'failed'; quote: Quote | null; failure: FailureRecord }
