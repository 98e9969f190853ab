/**
 * WebAssembly written by hand, as little of it as the kernels need (WebAssembly Core 2.0 with relaxed SIMD). An
 * expression is the bytes that leave its value on the stack, so that expressions nest as they are read.
 */
export type Code = readonly number[]
export type ValueType = 'i32' | 'f32' | 'v128'

export interface Local {
  readonly get: Code
  set(value: Code): Code
}

export interface FunctionDefinition {
  readonly name: string
  readonly parameters: readonly ValueType[]
  /** Statements; `local` makes further variables, which start at zero. */
  body(parameters: readonly Local[], local: (type: ValueType) => Local): Code
}

/** A module of these functions over a memory that it imports as env.memory. */
export function assemble(functions: readonly FunctionDefinition[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...vector(parameters.map((type) => [typeCodes[type]])), 0])
  const exported = functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)])
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 2, 0, 1]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(exported)),
    ...section(10, vector(functions.map(encodeBody))),
  ])
}

const typeCodes = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const

function encodeBody({ parameters, body }: FunctionDefinition): Code {
  const further: ValueType[] = []
  const at = (index: number): Local => ({
    get: [0x20, ...unsigned(index)],
    set: (value) => [...value, 0x21, ...unsigned(index)],
  })
  const code = body(
    parameters.map((_, index) => at(index)),
    (type) => at(parameters.length + further.push(type) - 1),
  )
  const whole = [...vector(further.map((type) => [1, typeCodes[type]])), ...code, 0x0b]
  return [...unsigned(whole.length), ...whole]
}

const two = (operation: number) => (a: Code, b: Code) => [...a, ...b, operation] as Code
const wideOne = (operation: number) => (a: Code) => [...a, 0xfd, ...unsigned(operation)] as Code
const wideTwo = (operation: number) => (a: Code, b: Code) => [...a, ...b, 0xfd, ...unsigned(operation)] as Code

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: two(0x6a),
  subtract: two(0x6b),
  multiply: two(0x6c),
  exclusiveOr: two(0x73),
  or: two(0x72),
  shiftLeft: two(0x74),
  shiftRight: two(0x76),
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 2, ...unsigned(offset)],
  and: two(0x71),
  equal: two(0x46),
  less: two(0x49),
  atLeast: two(0x4f),
} as const

export const f32 = {
  constant: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  add: two(0x92),
  multiply: two(0x94),
  fromWhole: (value: Code): Code => [...value, 0xb3],
  load: (address: Code): Code => [...address, 0x2a, 2, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, 0x38, 2, 0],
  /** A choice without a jump. */
  select: (whenTrue: Code, whenFalse: Code, condition: Code): Code => [...whenTrue, ...whenFalse, ...condition, 0x1b],
} as const

/** Four floats at once. Offsets are bytes. */
export const f32x4 = {
  constant: (value: number): Code => [...f32.constant(value), 0xfd, 0x13],
  splat: wideOne(0x13),
  load: (address: Code, offset = 0): Code => [...address, 0xfd, 0x00, 2, ...unsigned(offset)],
  loadSplat: (address: Code, offset = 0): Code => [...address, 0xfd, 0x09, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0xfd, 0x0b, 2, ...unsigned(offset)],
  storeLane: (address: Code, value: Code, lane: number, offset = 0): Code => [
    ...[...address, ...value, 0xfd, 0x5a, 2],
    ...[...unsigned(offset), lane],
  ],
  lane: (value: Code, lane: number): Code => [...value, 0xfd, 0x1f, lane],
  add: wideTwo(0xe4),
  subtract: wideTwo(0xe5),
  multiply: wideTwo(0xe6),
  divide: wideTwo(0xe7),
  min: wideTwo(0xe8),
  max: wideTwo(0xe9),
  squareRoot: wideOne(0xe3),
  nearest: wideOne(0x6a),
  /** a * b + c, in one rounding where the machine does so. */
  multiplyAdd: (a: Code, b: Code, c: Code, fused: boolean): Code =>
    fused ? [...a, ...b, ...c, 0xfd, 0x85, 0x02] : f32x4.add(f32x4.multiply(a, b), c),
} as const

/** The same 128 bits seen as whole numbers or as a mask. */
export const bits = {
  addWhole: wideTwo(0xae),
  constant: (value: number): Code => [...i32.constant(value), 0xfd, 0x11],
  shiftLeft: (value: Code, places: number): Code => [...value, ...i32.constant(places), 0xfd, ...unsigned(0xab)],
  toWhole: wideOne(0xf8),
  /** The first of four values, zeros beside it. */
  first: (value: Code): Code => [
    ...value,
    ...[0xfd, 0x0c, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0xfd, 0x4e],
  ],
} as const

/** A loop over counter = from, from + step, ... below `end`, which may be empty. */
export function repeat(counter: Local, from: Code, end: Code, step: number, body: Code): Code {
  return [
    ...counter.set(from),
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...i32.atLeast(counter.get, end), 0x0d, 1],
    ...body,
    ...counter.set(i32.add(counter.get, i32.constant(step))),
    ...[0x0c, 0, 0x0b, 0x0b],
  ]
}

export function when(condition: Code, body: Code, otherwise: Code = []): Code {
  return [...condition, 0x04, 0x40, ...body, ...(otherwise.length > 0 ? [0x05, ...otherwise] : []), 0x0b]
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content]
}

function text(value: string): Code {
  return vector([...value].map((character) => [character.charCodeAt(0)]))
}

/** LEB128. */
function unsigned(value: number): Code {
  const low = value & 0x7f
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): Code {
  const low = value & 0x7f
  const rest = value >> 7
  const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return last ? [low] : [low | 0x80, ...signed(rest)]
}
