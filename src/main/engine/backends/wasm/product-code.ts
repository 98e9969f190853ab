/**
 * The WebAssembly of matrix products, after Goto and van de Geijn 2008 (Anatomy of high-performance matrix multiplication):
 * both factors are packed into panels that are read once from end to end, whatever their layout, and a tile of the result
 * stays in registers while its rows and columns run through the panels.
 */
import { assemble, type Code, f32, f32x4, i32, type Local, repeat, when } from './assembler'

/** Rows and columns of the tile that stays in registers. */
export interface Tile {
  readonly rows: number
  readonly columns: number
}

export interface ProductFunctions {
  /** `count` rows or columns of `depth` values -> panels; strides in bytes. Depth is filled up with zeros to a multiple of 4. */
  packRows(source: number, target: number, count: number, depth: number, across: number, along: number): void
  packColumns(source: number, target: number, count: number, depth: number, across: number, along: number): void
  /** Packed rows x packed columns -> c, with `stride` bytes from row to row; added to what is there where `adds` is 1. */
  multiply(
    ...values: [
      rowPanels: number,
      columnPanels: number,
      c: number,
      rows: number,
      columns: number,
      depth: number,
      stride: number,
      adds: number,
      scratch: number,
    ]
  ): void
}

/** `fused`: with relaxed SIMD's multiply-add, which not every engine knows. */
export function productModule(tile: Tile, fused: boolean): Uint8Array<ArrayBuffer> {
  return assemble([
    { name: 'packRows', parameters: sixNumbers, body: packing(tile.rows) },
    { name: 'packColumns', parameters: sixNumbers, body: packing(tile.columns) },
    { name: 'multiply', parameters: [...sixNumbers, 'i32', 'i32', 'i32'], body: multiplication(tile, fused) },
  ])
}

const sixNumbers = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const
type MakeLocal = (type: 'i32' | 'f32' | 'v128') => Local
type Locals = readonly Local[]

const zero = i32.constant(0)
const times = (a: Code, factor: number) => i32.multiply(a, i32.constant(factor))
const moved = (pointer: Local, bytes: Code) => pointer.set(i32.add(pointer.get, bytes))

function packing(width: number) {
  return (parameters: Locals, local: MakeLocal): Code => {
    const [source, target, count, depth, across, along] = parameters as [Local, Local, Local, Local, Local, Local]
    const [first, lane, step, from, to, padded, whole] = Array.from({ length: 7 }, () => local('i32')) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const four = local('v128')
    const rest = i32.subtract(count.get, first.get)
    const isWhole = i32.atLeast(rest, i32.constant(width))
    const stepBytes = i32.constant(width * 4)

    // Neighbours in memory are neighbours in the panel.
    const copies = Array.from({ length: Math.ceil(width / 4) }, (_, index) => Math.min(index * 4, width - 4) * 4)
    const contiguous = [
      ...from.set(source.get),
      ...to.set(target.get),
      ...repeat(step, zero, depth.get, 1, [
        ...copies.flatMap((offset) => f32x4.store(to.get, f32x4.load(from.get, offset), offset)),
        ...moved(from, along.get),
        ...moved(to, stepBytes),
      ]),
    ]
    // Neighbours in memory follow each other in depth: four at once.
    const turned = repeat(lane, zero, i32.constant(width), 1, [
      ...from.set(i32.add(source.get, i32.multiply(lane.get, across.get))),
      ...to.set(i32.add(target.get, times(lane.get, 4))),
      ...repeat(step, zero, whole.get, 4, [
        ...four.set(f32x4.load(from.get)),
        ...[0, 1, 2, 3].flatMap((index) => f32x4.storeLane(to.get, four.get, index, index * width * 4)),
        ...moved(from, i32.constant(16)),
        ...moved(to, i32.constant(width * 16)),
      ]),
      ...repeat(step, whole.get, depth.get, 1, [
        ...f32.store(to.get, f32.load(from.get)),
        ...moved(from, i32.constant(4)),
        ...moved(to, stepBytes),
      ]),
    ])
    const oneByOne = repeat(lane, zero, i32.constant(width), 1, [
      ...from.set(i32.add(source.get, i32.multiply(lane.get, across.get))),
      ...to.set(i32.add(target.get, times(lane.get, 4))),
      ...repeat(step, zero, depth.get, 1, [
        ...when(i32.less(lane.get, rest), f32.store(to.get, f32.load(from.get)), f32.store(to.get, f32.constant(0))),
        ...moved(from, along.get),
        ...moved(to, stepBytes),
      ]),
    ])
    const bytesUpTo = (values: Code) => i32.add(target.get, times(values, width * 4))
    return [
      ...whole.set(i32.and(depth.get, i32.constant(-4))),
      ...padded.set(i32.and(i32.add(depth.get, i32.constant(3)), i32.constant(-4))),
      ...repeat(first, zero, count.get, width, [
        ...when(
          i32.and(isWhole, i32.equal(across.get, i32.constant(4))),
          contiguous,
          when(i32.and(isWhole, i32.equal(along.get, i32.constant(4))), turned, oneByOne),
        ),
        ...repeat(to, bytesUpTo(depth.get), bytesUpTo(padded.get), 4, f32.store(to.get, f32.constant(0))),
        ...moved(source, times(across.get, width)),
        ...moved(target, times(padded.get, width * 4)),
      ]),
    ]
  }
}

/** Steps of depth that are written out; packing fills up to it. */
const unrolled = 4

function multiplication({ rows: high, columns: wide }: Tile, fused: boolean) {
  return (parameters: Locals, local: MakeLocal): Code => {
    const [rowPanels, columnPanels, c, rows, columns, depth, stride, adds, scratch] = parameters as [
      ...[Local, Local, Local, Local, Local, Local, Local, Local, Local],
    ]
    const numbers = Array.from({ length: 11 }, () => local('i32'))
    const [row, column, step, a, b, to, from, y, x, high_, wide_] = numbers as [
      ...[Local, Local, Local, Local, Local, Local, Local, Local, Local, Local, Local],
    ]
    const fours = wide / 4
    const sums = Array.from({ length: high }, () => Array.from({ length: fours }, () => local('v128')))
    const right = Array.from({ length: fours }, () => local('v128'))
    const left = local('v128')

    const oneStep = (index: number): Code => [
      ...right.flatMap((value, four) => value.set(f32x4.load(b.get, (index * wide + four * 4) * 4))),
      ...sums.flatMap((line, lineIndex) => [
        ...left.set(f32x4.loadSplat(a.get, (index * high + lineIndex) * 4)),
        ...line.flatMap((sum, four) =>
          sum.set(f32x4.multiplyAdd(left.get, (right[four] as Local).get, sum.get, fused)),
        ),
      ]),
    ]
    const sumUp = [
      ...sums.flat().flatMap((sum) => sum.set(f32x4.constant(0))),
      ...a.set(i32.add(rowPanels.get, times(i32.multiply(row.get, depth.get), 4))),
      ...b.set(i32.add(columnPanels.get, times(i32.multiply(column.get, depth.get), 4))),
      ...repeat(step, zero, depth.get, unrolled, [
        ...Array.from({ length: unrolled }, (_, index) => oneStep(index)).flat(),
        ...moved(a, i32.constant(unrolled * high * 4)),
        ...moved(b, i32.constant(unrolled * wide * 4)),
      ]),
    ]
    const write = (value: (sum: Local, offset: number) => Code, byRow: Code) =>
      sums.flatMap((line) => [
        ...line.flatMap((sum, four) => f32x4.store(to.get, value(sum, four * 16), four * 16)),
        ...moved(to, byRow),
      ])
    const bytes = i32.constant(wide * 4)
    const writeWhole = when(
      adds.get,
      write((sum, offset) => f32x4.add(sum.get, f32x4.load(to.get, offset)), stride.get),
      write((sum) => sum.get, stride.get),
    )
    const placeOfTile = i32.add(c.get, i32.add(i32.multiply(row.get, stride.get), times(column.get, 4)))
    const writePart = [
      ...to.set(scratch.get),
      ...write((sum) => sum.get, bytes),
      ...repeat(y, zero, high_.get, 1, [
        ...from.set(i32.add(scratch.get, times(y.get, wide * 4))),
        ...to.set(i32.add(placeOfTile, i32.multiply(y.get, stride.get))),
        ...repeat(x, zero, wide_.get, 1, [
          ...when(
            adds.get,
            f32.store(to.get, f32.add(f32.load(to.get), f32.load(from.get))),
            f32.store(to.get, f32.load(from.get)),
          ),
          ...moved(from, i32.constant(4)),
          ...moved(to, i32.constant(4)),
        ]),
      ]),
    ]
    const smaller = (target: Local, rest: Code, limit: number): Code => [
      ...target.set(rest),
      ...when(i32.atLeast(target.get, i32.constant(limit)), target.set(i32.constant(limit))),
    ]
    return repeat(
      column,
      zero,
      columns.get,
      wide,
      repeat(row, zero, rows.get, high, [
        ...sumUp,
        ...smaller(high_, i32.subtract(rows.get, row.get), high),
        ...smaller(wide_, i32.subtract(columns.get, column.get), wide),
        ...when(
          i32.and(i32.equal(high_.get, i32.constant(high)), i32.equal(wide_.get, i32.constant(wide))),
          [...to.set(placeOfTile), ...writeWhole],
          writePart,
        ),
      ]),
    )
  }
}
