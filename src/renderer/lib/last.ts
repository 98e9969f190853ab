/** The last value that was there: what was shown stays while the next is on its way. */
import { useRef } from 'react'

/** `forget`: true where the last one must not be shown any more. */
export function useLast<Value>(value: Value | undefined, forget = false): Value | undefined {
  const last = useRef(value)
  if (value !== undefined || forget) last.current = value
  return last.current
}
