/** Products of matrices in the backend's memory, in whatever order their values lie. */
import { type ProductFunctions, productModule, type Tile } from './product-code'

/** How this process runs WebAssembly: what the engine cannot know itself. */
export interface WasmHost {
  supports(module: Uint8Array<ArrayBuffer>): boolean
  /** The functions of a module over this memory. */
  start(module: Uint8Array<ArrayBuffer>, memory: unknown): unknown
  /** Milliseconds. */
  now(): number
}

export interface WasmMemory {
  readonly asm: { readonly memory: unknown }
  _malloc(bytes: number): number
}

/** A matrix somewhere in memory. Strides are in bytes. */
export interface Matrix {
  readonly start: number
  readonly rows: number
  readonly columns: number
  readonly rowStride: number
  readonly columnStride: number
}

/** The product of two matrices is written to `target`, row by row, or added to what is there. */
export type Multiply = (a: Matrix, b: Matrix, target: number, adds: boolean) => void

/** Parts of the factors that are packed at a time: a panel fits the innermost cache, a block of rows the next one. */
const block = { rows: 240, columns: 1024, depth: 384 } as const
/**
 * The second one is faster where the engine keeps twice four floats in a register, or has 32 registers; elsewhere it does
 * not fit, and is slower than the first. Both give the same bits.
 */
const tiles: readonly Tile[] = [
  { rows: 6, columns: 8 },
  { rows: 6, columns: 16 },
]

export function createMultiply(wasm: WasmMemory, host: WasmHost, fused: boolean): Multiply {
  const largest = Math.max(...tiles.map(({ columns }) => columns))
  const rowPanels = wasm._malloc(block.rows * block.depth * 4)
  const columnPanels = wasm._malloc((block.columns + largest) * block.depth * 4)
  const scratch = wasm._malloc(6 * largest * 4)
  const variants = tiles.map((tile) => {
    const functions = host.start(productModule(tile, fused), wasm.asm.memory) as ProductFunctions
    return multiplyBy(functions, { rowPanels, columnPanels, scratch })
  })
  return fastest(variants, host, columnPanels)
}

function multiplyBy(
  functions: ProductFunctions,
  { rowPanels, columnPanels, scratch }: { rowPanels: number; columnPanels: number; scratch: number },
): Multiply {
  return (a, b, target, adds) => {
    const depths = pieces(a.columns, block.depth)
    const stride = b.columns * 4
    for (const [firstColumn, columns] of pieces(b.columns, block.columns)) {
      for (const [index, [firstDepth, depth]] of depths.entries()) {
        const padded = Math.ceil(depth / 4) * 4
        const bStart = b.start + firstColumn * b.columnStride + firstDepth * b.rowStride
        functions.packColumns(bStart, columnPanels, columns, depth, b.columnStride, b.rowStride)
        for (const [firstRow, rows] of pieces(a.rows, block.rows)) {
          const aStart = a.start + firstRow * a.rowStride + firstDepth * a.columnStride
          functions.packRows(aStart, rowPanels, rows, depth, a.rowStride, a.columnStride)
          const to = target + firstRow * stride + firstColumn * 4
          const onTop = adds || index > 0 ? 1 : 0
          functions.multiply(rowPanels, columnPanels, to, rows, columns, padded, stride, onTop, scratch)
        }
      }
    }
  }
}

/** [first, count] of equal parts no larger than `largest`, in multiples of 48 but for the last. */
function pieces(whole: number, largest: number): [first: number, count: number][] {
  const count = Math.ceil(whole / largest)
  const size = Math.min(largest, Math.ceil(whole / count / 48) * 48)
  return Array.from({ length: count }, (_, index) => [index * size, Math.min(size, whole - index * size)])
}

/** Measured on what the memory happens to hold, once the engine has had the time to compile them well. */
function fastest(variants: readonly Multiply[], host: WasmHost, start: number): Multiply {
  const size = 96
  const matrix = { start, rows: size, columns: size, rowStride: size * 4, columnStride: 4 }
  const target = start + size * size * 4
  const times = variants.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < 12; round++) {
    for (const [index, multiply] of variants.entries()) {
      const from = host.now()
      multiply(matrix, matrix, target, false)
      times[index] = Math.min(times[index] as number, host.now() - from)
    }
  }
  return variants[times.indexOf(Math.min(...times))] as Multiply
}
