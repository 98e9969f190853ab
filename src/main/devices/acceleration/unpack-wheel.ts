/** Takes out of a wheel of TensorFlow or of NVIDIA (a zip archive) the few files that the binding needs. */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Entry, openPromise } from 'yauzl'
import { Failure } from '../../../shared/failure'
import { isDiskFull, toWriteFailure } from '../../files/write-failure'

export const libraryNames = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const

export interface UnpackOptions {
  readonly wheel: string
  /** NVIDIA's files land here under `nvidia/`, as in the wheel, their licences beside them. */
  readonly folder: string
  /** TensorFlow's libraries and licences land here, the C headers under `include/`. */
  readonly libraryFolder: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void
}

/** @throws Failure acceleration-failed when the archive is damaged or lacks a library, disk-full. */
export async function unpackWheel({ wheel, folder, libraryFolder, signal, onProgress }: UnpackOptions): Promise<void> {
  try {
    const entries = await wantedEntries(wheel)
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
    let done = 0
    const archive = await openPromise(wheel)
    for await (const entry of archive.eachEntry()) {
      const place = placeOf(entry.fileName)
      if (!place) continue
      signal?.throwIfAborted()
      const target = join(place.startsWith('nvidia/') ? folder : libraryFolder, place)
      await mkdir(dirname(target), { recursive: true })
      const source = await archive.openReadStreamPromise(entry)
      source.on('data', (chunk: Buffer) => {
        done += chunk.length
        onProgress?.(done, total)
      })
      const mode = isProgram.test(place) ? 0o755 : 0o644
      await pipeline(source, createWriteStream(target, { mode }), { ...(signal && { signal }) })
    }
  } catch (thrown) {
    signal?.throwIfAborted()
    if (thrown instanceof Failure) throw thrown
    if (isDiskFull(thrown)) throw await toWriteFailure(thrown, folder)
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new Failure('acceleration-failed', `Could not unpack ${wheel}: ${reason}. Fetch the file again.`, { wheel })
  }
}

async function wantedEntries(wheel: string): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of (await openPromise(wheel)).eachEntry()) if (placeOf(entry.fileName)) entries.push(entry)
  const places = new Set(entries.map((entry) => placeOf(entry.fileName)))
  const missing = libraryNames.filter((name) => !places.has(name))
  const isNvidias = entries.some(({ fileName }) => fileName.startsWith('nvidia/'))
  if (isNvidias || missing.length === 0) return entries
  throw new Failure(
    'acceleration-failed',
    `${wheel} is not a TensorFlow wheel for Linux: it lacks ${missing.join(', ')}.`,
    {
      wheel,
    },
  )
}

/** The binding includes a handful of C headers; the wheel's other 280 MB of headers stay in it. */
const headers = /^tensorflow\/(include\/(?:tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h)$/
const licences = /^[^/]+\.dist-info\/(?:licenses\/)?((?:LICENSE|THIRD_PARTY_NOTICES|NOTICE)[^/]*)$/
/** All libraries but those for other uses: plain BLAS and FFTW, several cards, profiling. */
const nvidiaLibraries =
  /^nvidia\/[^/]+\/lib\/lib(?!nvblas|cufftw|cusolverMg|checkpoint|nvperf|pcsampling)(?!.*\.alt\.)[^/]+\.so[.\d]*$/
const nvidiaCompiler = /^nvidia\/cuda_nvcc\/(?:bin\/ptxas|nvvm\/libdevice\/[^/]+\.bc)$/
const nvidiaLicences = /^(nvidia_[a-z_]+?)(?:_cu\d+)?-[^/]+\.dist-info\/(?:licenses\/)?(License\.txt)$/
const isProgram = /\/bin\//

function placeOf(name: string): string | null {
  if (nvidiaLibraries.test(name) || nvidiaCompiler.test(name)) return name
  const nvidiaLicence = nvidiaLicences.exec(name)
  if (nvidiaLicence) return `nvidia/${nvidiaLicence[1]}-${nvidiaLicence[2]}`
  const library = libraryNames.find((library) => name === `tensorflow/${library}`)
  return library ?? headers.exec(name)?.[1] ?? licences.exec(name)?.[1] ?? null
}
