/** Proves a freshly built binding in a process of its own, where a crash of native code ends nothing else. */
import { join } from 'node:path'
import { Failure } from '../../../shared/failure'
import { bindingName } from './build-binding'
import { runCommand } from './run-command'

/** Loads the binding, multiplies two matrices and prints TensorFlow's version. */
const trial = `
const { argv } = process
const addon = { exports: {} }
process.dlopen(addon, argv[1])
const binding = addon.exports
const matrix = (values) => binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.from(values))
const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
const plain = (name) => ({ name, type: binding.TF_ATTR_BOOL, value: false })
const attributes = [plain('transpose_a'), plain('transpose_b'), type]
const [product] = binding.executeOp('MatMul', attributes, [matrix([1, 2, 3, 4]), matrix([5, 6, 7, 8])], 1)
const values = Array.from(binding.tensorDataSync(product.id)).join(' ')
if (values !== '19 22 43 50') throw new Error('a matrix product came out wrong: ' + values)
console.log(JSON.stringify({ tensorflow: binding.TF_Version, gpu: binding.isUsingGpuDevice() }))
`

export interface BindingFacts {
  readonly tensorflow: string
  readonly gpu: boolean
  /** Where TensorFlow uses no card: what it said about that, if anything. */
  readonly noCard: string | null
}

/** @throws Failure acceleration-failed with the loader's or TensorFlow's reason. */
export async function tryBinding(folder: string, signal?: AbortSignal): Promise<BindingFacts> {
  const answer = await runCommand([process.execPath, '--eval', trial, join(folder, bindingName)], {
    signal,
    environment: { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '1' },
  })
  signal?.throwIfAborted()
  if (answer.code === 0) {
    const facts = JSON.parse(answer.output) as Omit<BindingFacts, 'noCard'>
    return { ...facts, noCard: facts.gpu ? null : whyNoCard(answer.errors) }
  }
  const reason = answer.errors.split('\n').find((line) => /Error/.test(line)) ?? `it ended with code ${answer.code}`
  throw new Failure(
    'acceleration-failed',
    `The library was installed but does not run on this machine: ${reason.trim()}. Fino goes on with its built-in backend (wasm).`,
  )
}

/** The first line of the log about libraries or the driver, without the time and place that TensorFlow puts before it. */
function whyNoCard(log: string): string | null {
  const line = log
    .split('\n')
    .find((text) => /cuInit|dlopen|dynamic library|driver version|compute capability/i.test(text))
  return line?.replace(/^.*?\.cc:\d+\] /, '').trim() ?? null
}
