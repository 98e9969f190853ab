/** Peak memory of this process: the high-water mark of its resident set, in bytes. Memory on a graphics card is not in it. */
import { writeFileSync } from 'node:fs'

/**
 * Starts a new measurement. Linux can forget an old peak; elsewhere the peak is the process's since its start.
 */
export function resetPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // Another system, or a container that forbids it: the older peak stays.
  }
}

export function peakMemoryBytes(): number {
  return Math.max(process.resourceUsage().maxRSS * 1024, process.memoryUsage.rss())
}
