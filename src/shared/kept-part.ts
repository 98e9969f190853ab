/** What frozen layers say of texts is kept under these names, whatever the strategy that asked for it. */

/** @param layers the frozen ones below the lowest change; null = all, and no more of a text is read than its summary */
export function keptPart(layers: number | null): string {
  return layers === null ? 'texts' : `hidden after ${layers} layers`
}
