/** Where what is computed once is kept: in memory, or where a store of the caller's puts it for later runs, too. */

/** What values are known by: what was computed, and the token ids of the texts that it was computed from, in order. */
export interface KeptName {
  readonly part: string
  readonly texts: readonly Int32Array[]
}

export interface KeptValues {
  /** Fills `target` with the values from the given one on. */
  read(from: number, target: Float32Array): void
  release(): void
}

export interface KeptValuesWriter {
  write(from: number, values: Float32Array): Promise<void>
  /** Once all are written. */
  finish(): Promise<KeptValues>
  /** Leaves no trace. */
  abandon(): void
}

export interface KeptValuesStore {
  /** What was kept under the name earlier; null where nothing was, or not so many values. */
  find(name: KeptName, count: number): Promise<KeptValues | null>
  /** Null where there is no room for so many values. */
  create(name: KeptName, count: number): Promise<KeptValuesWriter | null>
}

/** Keeps up to so many bytes for as long as its user holds them, and finds nothing again. */
export function createMemoryStore(limitBytes: number): KeptValuesStore {
  let usedBytes = 0
  return {
    find: async () => null,
    async create(_name, count) {
      const byteLength = count * Float32Array.BYTES_PER_ELEMENT
      if (usedBytes + byteLength > limitBytes) return null
      usedBytes += byteLength
      let values: Float32Array | null = new Float32Array(count)
      const release = () => {
        if (values) usedBytes -= byteLength
        values = null
      }
      return {
        write: async (from, written) => values?.set(written, from),
        finish: async () => ({ read: (from, target) => readFrom(values, from, target), release }),
        abandon: release,
      }
    },
  }
}

/** Throws where the values were released. */
export function readFrom(values: Float32Array | null, from: number, target: Float32Array): void {
  if (!values) throw new Error('what was kept has been released')
  target.set(values.subarray(from, from + target.length))
}
