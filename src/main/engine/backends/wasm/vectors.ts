/** What kernels that run over many values have in common: the loop, sums of a register's values, and functions of a value. */
import { bits, type Code, f32, f32x4, i32, type Local, repeat } from './assembler'

export type MakeLocal = (type: 'i32' | 'f32' | 'v128') => Local

/** How a loop's body reads and writes the values it is at. */
export interface Access {
  read(pointer: Local): Code
  write(pointer: Local, value: Code): Code
  /** The values that count in a sum. */
  only(value: Code): Code
}

/** Runs over `count` values of some arrays, four at a time and then those that are left one by one. */
export function overValues(local: MakeLocal, count: Code, body: (access: Access) => Code): Code {
  const [at, end] = [local('i32'), local('i32')]
  const place = (pointer: Local) => i32.add(pointer.get, at.get)
  const four = body({
    read: (pointer) => f32x4.load(place(pointer)),
    write: (pointer, value) => f32x4.store(place(pointer), value),
    only: (value) => value,
  })
  const single = body({
    read: (pointer) => f32x4.loadSplat(place(pointer)),
    write: (pointer, value) => f32x4.storeLane(place(pointer), value, 0),
    only: bits.first,
  })
  const inFours = i32.and(end.get, i32.constant(-16))
  return [
    ...end.set(bytes(count)),
    ...repeat(at, i32.constant(0), inFours, 16, four),
    ...repeat(at, inFours, end.get, 4, single),
  ]
}

/** The size in bytes of so many values. */
export function bytes(count: Code): Code {
  return i32.multiply(count, i32.constant(4))
}

export function move(pointer: Local, by: Code): Code {
  return pointer.set(i32.add(pointer.get, by))
}

/** The sum of a register's four values, four times. */
export function total(sums: Local): Code {
  const lanes = [0, 1, 2, 3].map((lane) => f32x4.lane(sums.get, lane)) as [Code, Code, Code, Code]
  return f32x4.splat(f32.add(f32.add(lanes[0], lanes[1]), f32.add(lanes[2], lanes[3])))
}

/** A whole number as four floats. */
export function asFloats(whole: Code): Code {
  return f32x4.splat(f32.fromWhole(whole))
}

/** x * (((c0 x + c1) x + c2) ...), without the leading x. */
function polynomial(x: Code, [highest = 0, ...rest]: readonly number[], fused: boolean): Code {
  return rest.reduce(
    (value: Code, next) => f32x4.multiplyAdd(value, x, f32x4.constant(next), fused),
    f32x4.constant(highest),
  )
}

/** e^x, to within 2 units of the last place (the Cephes library's expf); x below -87 counts as -87. */
export function exponential(local: MakeLocal, x: Code, fused: boolean): { compute: Code; result: Code } {
  const [value, whole, power] = [local('v128'), local('v128'), local('v128')]
  const madd = (a: Code, b: Code, c: Code) => f32x4.multiplyAdd(a, b, c, fused)
  const coefficients = [
    1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
  ]
  const compute = [
    ...value.set(f32x4.min(f32x4.max(x, f32x4.constant(-87)), f32x4.constant(88))),
    ...whole.set(f32x4.nearest(f32x4.multiply(value.get, f32x4.constant(Math.LOG2E)))),
    // ln 2 in two parts, of which the first times a whole number is exact.
    ...value.set(madd(whole.get, f32x4.constant(-0.693359375), value.get)),
    ...value.set(madd(whole.get, f32x4.constant(2.1219444e-4), value.get)),
    ...power.set(f32x4.multiply(value.get, value.get)),
    ...power.set(madd(polynomial(value.get, coefficients, fused), power.get, value.get)),
    ...power.set(f32x4.add(power.get, f32x4.constant(1))),
    // 2^whole, written into the bits of an exponent.
    ...whole.set(bits.shiftLeft(bits.addWhole(bits.toWhole(whole.get), bits.constant(127)), 23)),
  ]
  return { compute, result: f32x4.multiply(power.get, whole.get) }
}

/** The normal distribution function, (1 + erf(x / sqrt 2)) / 2, by a rational function (Eigen's erf of single precision). */
export function distribution(local: MakeLocal, x: Code, fused: boolean): { compute: Code; result: Code } {
  const [value, square, above] = [local('v128'), local('v128'), local('v128')]
  const numerator = [
    ...[-2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5],
    ...[-7.34990630326855e-4, -2.9545998085403e-3, -1.60960333262415e-2],
  ]
  const denominator = [
    ...[-1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3, -1.42647390514189e-2],
  ]
  const scaled = f32x4.multiply(x, f32x4.constant(Math.SQRT1_2))
  const compute = [
    ...value.set(f32x4.min(f32x4.max(scaled, f32x4.constant(-4)), f32x4.constant(4))),
    ...square.set(f32x4.multiply(value.get, value.get)),
    ...above.set(f32x4.multiply(value.get, polynomial(square.get, numerator, fused))),
    ...value.set(f32x4.divide(above.get, polynomial(square.get, denominator, fused))),
  ]
  return { compute, result: f32x4.multiplyAdd(value.get, f32x4.constant(0.5), f32x4.constant(0.5), fused) }
}
