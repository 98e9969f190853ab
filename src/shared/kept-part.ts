/** What frozen layers say of texts is kept under these names, whatever the strategy that asked for it; other contents ask for another name. */

/** @param layers the frozen ones below the lowest change; null = all, and no more of a text is read than its summary */
export function keptPart(layers: number | null): string {
  return layers === null ? 'first position and means of texts' : `hidden after ${layers} layers`
}
