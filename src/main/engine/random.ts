/** The only source of randomness in the engine: sfc32 (Chris Doty-Humphrey's PractRand), seeded, with a state that can be saved. */

export type RandomState = readonly [number, number, number, number]

export interface Random {
  /** Uniform in [0, 1) with 32 random bits. */
  next(): number
  /** 32 random bits as an unsigned integer. */
  bits(): number
  /** Uniform integer in [0, limit). */
  integer(limit: number): number
  /** Standard normal (Box-Muller, one value a call). */
  normal(): number
  /** Draws 16 bits for each place: `word` where they are `threshold` or more, else 0. One draw of 32 bits for two places. */
  fillFrom(threshold: number, word: number, places: Int32Array): void
  /** A shuffled copy (Fisher-Yates). */
  shuffle<Item>(items: readonly Item[]): Item[]
  /** An independent generator for a named purpose, decided by this one's seed and the name alone. */
  fork(name: string): Random
  state(): RandomState
  restore(state: RandomState): void
}

export function createRandom(seed: number | string): Random {
  return fromState(seedState(String(seed)), String(seed))
}

function seedState(seed: string): RandomState {
  // FNV-1a over the text, four times with different starts, then mixed by discarding the first outputs.
  const words = [0x811c9dc5, 0x9e3779b9, 0x243f6a88, 0xb7e15162].map((start) => {
    let hash = start
    for (let index = 0; index < seed.length; index++) hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193)
    return hash >>> 0
  })
  return [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0]
}

function fromState(initial: RandomState, seed: string): Random {
  let [a, b, c, counter] = initial
  const bits = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let index = 0; index < 12; index++) bits()
  const next = () => bits() / 0x100000000
  const integer = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    bits,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fillFrom: (threshold, word, places) => {
      // The generator in registers and no branches: dropout asks for millions of these at every step.
      let [x, y, z, count] = [a | 0, b | 0, c | 0, counter | 0]
      const last = threshold - 1
      for (let place = 0; place < places.length; place += 2) {
        const sum = (((x + y) | 0) + count) | 0
        count = (count + 1) | 0
        x = y ^ (y >>> 9)
        y = (z + (z << 3)) | 0
        z = (((z << 21) | (z >>> 11)) + sum) | 0
        places[place] = word & ((last - (sum >>> 16)) >> 31)
        places[place + 1] = word & ((last - (sum & 0xffff)) >> 31)
      }
      ;[a, b, c, counter] = [x, y, z, count]
    },
    shuffle: (items) => {
      const copy = [...items]
      for (let index = copy.length - 1; index > 0; index--) {
        const other = integer(index + 1)
        const item = copy[index]
        copy[index] = copy[other] as (typeof copy)[number]
        copy[other] = item as (typeof copy)[number]
      }
      return copy
    },
    fork: (name) => createRandom(`${seed}/${name}`),
    state: () => [a >>> 0, b >>> 0, c >>> 0, counter >>> 0],
    restore: (state) => {
      ;[a, b, c, counter] = state
    },
  }
}
