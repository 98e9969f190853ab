/** Loads TensorFlow.js' `wasm` backend from its package on disk, with the engine's own kernels for it. */
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { registerWasmKernels } from '../engine/backends/wasm'

/** What no installed types declare: Node's own. */
declare const WebAssembly: {
  validate(module: Uint8Array<ArrayBuffer>): boolean
  readonly Module: new (module: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** Importing the package registered the backend; this tells it where its binaries lie. */
export function loadWasm(): void {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
  setWasmPaths(join(dirname(main), sep))
  // Two neighbouring operations on four floats become one on eight, where the processor has them: products twice as fast.
  setFlagsFromString('--experimental-wasm-revectorize')
  registerWasmKernels({
    supports: (module) => WebAssembly.validate(module),
    start: (module, memory) => new WebAssembly.Instance(new WebAssembly.Module(module), { env: { memory } }).exports,
    now: () => performance.now(),
  })
}
