/**
 * Builds TensorFlow.js' own native binding, with two functions of Fino's more (resources/native), against the unpacked
 * library: two source files, a compiler and the Node-API headers; no node-gyp and nothing fetched.
 */
import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Failure } from '../../../shared/failure'
import { findResources } from '../../files/resources'
import { runCommand } from './run-command'
import { libraryNames } from './unpack-wheel'

export const bindingName = 'tfjs_binding.node'

export interface BuildOptions {
  /** Holds the libraries and `include/`; the binding is put beside them. */
  readonly folder: string
  readonly tools: BuildTools
  readonly signal?: AbortSignal | undefined
}

export interface BuildTools {
  readonly compiler: string
  readonly sources: readonly string[]
  /** The folders of Node-API's headers and of the binding's own. */
  readonly includes: readonly string[]
}

/** Looked for before anything large is fetched. */
export async function findBuildTools(environment: NodeJS.ProcessEnv = process.env): Promise<BuildTools> {
  const sources = bindingSources()
  const candidates = [environment.CXX, 'g++', 'c++', 'clang++'].filter((name) => name !== undefined && name !== '')
  for (const compiler of candidates as string[]) {
    const answer = await runCommand([compiler, '--version'], { environment })
    if (answer.code === 0) return { ...sources, compiler }
  }
  throw new Failure(
    'acceleration-failed',
    'Acceleration is built on this machine and needs a C++ compiler, but none was found. Install g++ ' +
      '(Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++) and try again.',
    { compiler: false },
  )
}

/** @throws Failure acceleration-failed with the compiler's first error. */
export async function buildBinding({ folder, tools, signal }: BuildOptions): Promise<void> {
  const { compiler, sources, includes } = tools
  const answer = await runCommand(
    [
      compiler,
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      '-fno-access-control',
      ...[...includes, join(folder, 'include')].flatMap((include) => ['-I', include]),
      ...[...sources, '-o', join(folder, bindingName)],
      // The loader finds the libraries in the folder of the binding itself ($ORIGIN).
      ...['-L', folder, ...libraryNames.map((name) => `-l:${name}`), '-Wl,-rpath,$ORIGIN'],
    ],
    { signal },
  )
  signal?.throwIfAborted()
  if (answer.code === 0) return
  const error = answer.errors.split('\n').find((line) => /error|cannot find/i.test(line)) ?? 'it gave no reason'
  throw new Failure('acceleration-failed', `The native binding could not be built: ${error.trim()}`, { compiler })
}

/** A binding that came with the app spares the compiler. */
export async function copyPrebuiltBinding(binding: string, folder: string): Promise<void> {
  await copyFile(binding, join(folder, bindingName))
}

function bindingSources(): Omit<BuildTools, 'compiler'> {
  const require = createRequire(import.meta.url)
  try {
    const binding = join(dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')), 'binding')
    const sources = [join(binding, 'tfjs_backend.cc'), join(findResources().folder, 'native', 'binding.cc')]
    const { include_dir: include } = require('node-api-headers') as { include_dir: string }
    if (sources.every((source) => existsSync(source))) return { sources, includes: [include, binding] }
  } catch {
    // Falls through to the sentence below.
  }
  throw new Failure(
    'acceleration-failed',
    "The binding's source files are missing from this installation (the optional package @tensorflow/tfjs-node-gpu). Install Fino again with optional packages.",
  )
}
