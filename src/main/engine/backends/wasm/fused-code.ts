/** The WebAssembly of operations that pass over memory once where plain ones would do so many times. */
import {
  assemble,
  type Code,
  type FunctionDefinition,
  f32,
  f32x4,
  i32,
  type Local,
  repeat,
  type ValueType,
  when,
} from './assembler'
import { asFloats, bytes, distribution, exponential, type MakeLocal, move, overValues, total } from './vectors'

/** Numbers are places in memory, counts of values, or factors, by their names. */
export interface FusedFunctions {
  gelu(x: number, y: number, count: number): void
  geluGradient(x: number, dy: number, dx: number, count: number): void
  /** `statistics` takes the mean and the reciprocal deviation of each row. */
  normalize(...values: NormalizeArguments): void
  /** Adds to `dGain` and `dBias`. */
  normalizeGradient(...values: NormalizeGradientArguments): void
  /** Changes value and moments where they lie. */
  adamW(...values: AdamWArguments): void
  sumOfSquares(x: number, sum: number, count: number): void
  /** Adds each row to `sums`. */
  addRows(x: number, sums: number, rows: number, width: number): void
  /** Values that stay are multiplied by `kept`; `state` is four whole numbers of the generator, which move on. */
  dropout(x: number, y: number, state: number, threshold: number, count: number, kept: number): void
  /** [outer, a, b, width] -> [outer, b, a, width]. */
  swapMiddle(x: number, y: number, outer: number, a: number, b: number, width: number): void
  repeatRow(row: number, y: number, rows: number, width: number): void
}

type NormalizeArguments = [
  ...[x: number, gain: number, bias: number, y: number, statistics: number, rows: number, width: number],
  epsilon: number,
]
type NormalizeGradientArguments = [
  ...[x: number, statistics: number, gain: number, dy: number, dx: number, dGain: number, dBias: number],
  ...[rows: number, width: number],
]
type AdamWArguments = [
  ...[value: number, gradient: number, first: number, second: number, count: number],
  ...[beta1: number, rest1: number, beta2: number, rest2: number],
  ...[decay: number, rate: number, floor: number, factor: number],
]

/** `fused`: with relaxed SIMD's multiply-add, which not every engine knows. */
export function fusedModule(fused: boolean): Uint8Array<ArrayBuffer> {
  return assemble([
    { name: 'gelu', parameters: wholes(3), body: gelu(fused) },
    { name: 'geluGradient', parameters: wholes(4), body: geluGradient(fused) },
    { name: 'normalize', parameters: [...wholes(7), 'f32'], body: normalize },
    { name: 'normalizeGradient', parameters: wholes(9), body: normalizeGradient },
    { name: 'adamW', parameters: [...wholes(5), ...floats(8)], body: adamW },
    { name: 'sumOfSquares', parameters: wholes(3), body: sumOfSquares },
    { name: 'addRows', parameters: wholes(4), body: addRows },
    { name: 'dropout', parameters: [...wholes(5), 'f32'], body: dropout },
    { name: 'swapMiddle', parameters: wholes(6), body: swapMiddle },
    { name: 'repeatRow', parameters: wholes(4), body: repeatRow },
  ])
}

type Body = FunctionDefinition['body']
type Locals<Count extends number, Found extends Local[] = []> = Found['length'] extends Count
  ? Found
  : Locals<Count, [...Found, Local]>

const wholes = (count: number): ValueType[] => new Array(count).fill('i32')
const floats = (count: number): ValueType[] => new Array(count).fill('f32')
const zero = i32.constant(0)

function fours<Count extends number>(local: MakeLocal, count: Count): Locals<Count> {
  return Array.from({ length: count }, () => local('v128')) as Locals<Count>
}

function gelu(fused: boolean): Body {
  return (parameters, local) => {
    const [x, y, count] = parameters as Locals<3>
    const value = local('v128')
    const share = distribution(local, value.get, fused)
    return overValues(local, count.get, ({ read, write }) => [
      ...value.set(read(x)),
      ...share.compute,
      ...write(y, f32x4.multiply(value.get, share.result)),
    ])
  }
}

/** dy (distribution + x density). */
function geluGradient(fused: boolean): Body {
  return (parameters, local) => {
    const [x, dy, dx, count] = parameters as Locals<4>
    const value = local('v128')
    const share = distribution(local, value.get, fused)
    const exponent = f32x4.multiply(f32x4.multiply(value.get, value.get), f32x4.constant(-0.5))
    const power = exponential(local, exponent, fused)
    const density = f32x4.multiply(power.result, f32x4.constant(1 / Math.sqrt(2 * Math.PI)))
    return overValues(local, count.get, ({ read, write }) => [
      ...value.set(read(x)),
      ...share.compute,
      ...power.compute,
      ...write(dx, f32x4.multiply(read(dy), f32x4.add(share.result, f32x4.multiply(value.get, density)))),
    ])
  }
}

const normalize: Body = (parameters, local) => {
  const [x, gain, bias, y, statistics, rows, width, epsilon] = parameters as Locals<8>
  const row = local('i32')
  const [sum, mean, inverse, centred] = fours(local, 4)
  const columns = asFloats(width.get)
  const variance = f32x4.divide(total(sum), columns)
  return repeat(row, zero, rows.get, 1, [
    ...sum.set(f32x4.constant(0)),
    ...overValues(local, width.get, ({ read, only }) => sum.set(f32x4.add(sum.get, only(read(x))))),
    ...mean.set(f32x4.divide(total(sum), columns)),
    ...sum.set(f32x4.constant(0)),
    ...overValues(local, width.get, ({ read, only }) => [
      ...centred.set(f32x4.subtract(read(x), mean.get)),
      ...sum.set(f32x4.add(sum.get, only(f32x4.multiply(centred.get, centred.get)))),
    ]),
    ...inverse.set(f32x4.divide(f32x4.constant(1), f32x4.squareRoot(f32x4.add(variance, f32x4.splat(epsilon.get))))),
    ...overValues(local, width.get, ({ read, write }) => {
      const standard = f32x4.multiply(f32x4.subtract(read(x), mean.get), inverse.get)
      return write(y, f32x4.add(f32x4.multiply(standard, read(gain)), read(bias)))
    }),
    ...f32.store(statistics.get, f32x4.lane(mean.get, 0)),
    ...f32.store(i32.add(statistics.get, i32.constant(4)), f32x4.lane(inverse.get, 0)),
    ...[x, y].flatMap((pointer) => move(pointer, bytes(width.get))),
    ...move(statistics, i32.constant(8)),
  ])
}

const normalizeGradient: Body = (parameters, local) => {
  const [x, statistics, gain, dy, dx, dGain, dBias, rows, width] = parameters as Locals<9>
  const row = local('i32')
  const [mean, inverse, sum, along, standard, upstream, share] = fours(local, 7)
  const columns = asFloats(width.get)
  const standardOf = (value: Code) => f32x4.multiply(f32x4.subtract(value, mean.get), inverse.get)
  return repeat(row, zero, rows.get, 1, [
    ...mean.set(f32x4.loadSplat(statistics.get)),
    ...inverse.set(f32x4.loadSplat(statistics.get, 4)),
    ...sum.set(f32x4.constant(0)),
    ...along.set(f32x4.constant(0)),
    ...overValues(local, width.get, ({ read, write, only }) => [
      ...standard.set(standardOf(read(x))),
      ...upstream.set(read(dy)),
      ...write(dGain, f32x4.add(f32x4.multiply(upstream.get, standard.get), read(dGain))),
      ...write(dBias, f32x4.add(upstream.get, read(dBias))),
      ...share.set(f32x4.multiply(upstream.get, read(gain))),
      ...sum.set(f32x4.add(sum.get, only(share.get))),
      ...along.set(f32x4.add(along.get, only(f32x4.multiply(share.get, standard.get)))),
    ]),
    ...sum.set(f32x4.divide(total(sum), columns)),
    ...along.set(f32x4.divide(total(along), columns)),
    ...overValues(local, width.get, ({ read, write }) => {
      const centred = f32x4.subtract(f32x4.multiply(read(dy), read(gain)), sum.get)
      const sideways = f32x4.multiply(standardOf(read(x)), along.get)
      return write(dx, f32x4.multiply(inverse.get, f32x4.subtract(centred, sideways)))
    }),
    ...[x, dy, dx].flatMap((pointer) => move(pointer, bytes(width.get))),
    ...move(statistics, i32.constant(8)),
  ])
}

/** In the order of the plain operations, so that both give the same bits. */
const adamW: Body = (parameters, local) => {
  const [value, gradient, first, second, count, ...factors] = parameters as Locals<13>
  const [beta1, rest1, beta2, rest2, decay, rate, floor, factor] = factors.map(({ get }) => f32x4.splat(get)) as [
    ...[Code, Code, Code, Code, Code, Code, Code, Code],
  ]
  const [slope, mean, square] = fours(local, 3)
  return overValues(local, count.get, ({ read, write }) => {
    const update = f32x4.multiply(f32x4.divide(mean.get, f32x4.add(f32x4.squareRoot(square.get), floor)), rate)
    return [
      ...slope.set(f32x4.multiply(read(gradient), factor)),
      ...mean.set(f32x4.add(f32x4.multiply(read(first), beta1), f32x4.multiply(slope.get, rest1))),
      ...square.set(
        f32x4.add(f32x4.multiply(read(second), beta2), f32x4.multiply(f32x4.multiply(slope.get, slope.get), rest2)),
      ),
      ...write(first, mean.get),
      ...write(second, square.get),
      ...write(value, f32x4.subtract(f32x4.multiply(read(value), decay), update)),
    ]
  })
}

const sumOfSquares: Body = (parameters, local) => {
  const [x, sum, count] = parameters as Locals<3>
  const [sums, value] = fours(local, 2)
  return [
    ...overValues(local, count.get, ({ read, only }) => [
      ...value.set(only(read(x))),
      ...sums.set(f32x4.add(sums.get, f32x4.multiply(value.get, value.get))),
    ]),
    ...f32.store(sum.get, f32x4.lane(total(sums), 0)),
  ]
}

const addRows: Body = (parameters, local) => {
  const [x, sums, rows, width] = parameters as Locals<4>
  return repeat(local('i32'), zero, rows.get, 1, [
    ...overValues(local, width.get, ({ read, write }) => write(sums, f32x4.add(read(sums), read(x)))),
    ...move(x, bytes(width.get)),
  ])
}

/** As the engine's own generator (random.ts) and its masks (layers/dropout.ts): two values for each draw. */
const dropout: Body = (parameters, local) => {
  const [x, y, state, threshold, count, kept] = parameters as Locals<6>
  const [a, b, c, counter, sum, pair] = Array.from({ length: 6 }, () => local('i32')) as Locals<6>
  const parts = [a, b, c, counter]
  const draw = [
    ...sum.set(i32.add(i32.add(a.get, b.get), counter.get)),
    ...move(counter, i32.constant(1)),
    ...a.set(i32.exclusiveOr(b.get, i32.shiftRight(b.get, i32.constant(9)))),
    ...b.set(i32.add(c.get, i32.shiftLeft(c.get, i32.constant(3)))),
    ...c.set(i32.add(i32.or(i32.shiftLeft(c.get, i32.constant(21)), i32.shiftRight(c.get, i32.constant(11))), sum.get)),
  ]
  const keep = (half: Code) => {
    const scale = f32.select(kept.get, f32.constant(0), i32.atLeast(half, threshold.get))
    return [
      ...f32.store(y.get, f32.multiply(f32.load(x.get), scale)),
      ...[x, y].flatMap((pointer) => move(pointer, i32.constant(4))),
    ]
  }
  const upper = keep(i32.shiftRight(sum.get, i32.constant(16)))
  const lower = keep(i32.and(sum.get, i32.constant(0xffff)))
  const odd = i32.and(count.get, i32.constant(1))
  return [
    ...parts.flatMap((part, index) => part.set(i32.load(state.get, index * 4))),
    ...repeat(pair, odd, count.get, 2, [...draw, ...upper, ...lower]),
    ...when(odd, [...draw, ...upper]),
    ...parts.flatMap((part, index) => i32.store(state.get, part.get, index * 4)),
  ]
}

const swapMiddle: Body = (parameters, local) => {
  const [x, y, outer, a, b, width] = parameters as Locals<6>
  const [group, row, column, to] = Array.from({ length: 4 }, () => local('i32')) as Locals<4>
  const place = i32.add(i32.multiply(i32.add(i32.multiply(group.get, b.get), column.get), a.get), row.get)
  return repeat(
    group,
    zero,
    outer.get,
    1,
    repeat(
      row,
      zero,
      a.get,
      1,
      repeat(column, zero, b.get, 1, [
        ...to.set(i32.add(y.get, i32.multiply(place, bytes(width.get)))),
        ...overValues(local, width.get, ({ read, write }) => write(to, read(x))),
        ...move(x, bytes(width.get)),
      ]),
    ),
  )
}

const repeatRow: Body = (parameters, local) => {
  const [row, y, rows, width] = parameters as Locals<4>
  return repeat(local('i32'), zero, rows.get, 1, [
    ...overValues(local, width.get, ({ read, write }) => write(y, read(row))),
    ...move(y, bytes(width.get)),
  ])
}
