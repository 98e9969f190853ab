/** How a lack of memory shows: in what backends throw, and in the last words of a process that it ended. */
const said =
  /\bOOM\b|out.of.memory|Resource_?Exhausted|STATUS_ALLOC_FAILED|Dst tensor is not initialized|bad_alloc|Cannot enlarge memory|Array buffer allocation failed|memory access out of bounds|Invalid typed array length/i

export function saysOutOfMemory(message: string): boolean {
  return said.test(message)
}
