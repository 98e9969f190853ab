/** The `wasm` backend */
export function registerWasmKernels(): void {}
