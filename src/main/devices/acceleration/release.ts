/** The TensorFlow release that Fino's acceleration is made of, and where it can run. */
import { Failure } from '../../../shared/failure'

export interface WheelRelease {
  readonly package: string
  readonly version: string
  /** What pip is asked for; any Python's wheel carries the same libraries, so one is pinned. */
  readonly pythonVersion: string
  readonly platformTag: string
  readonly fileName: string
  readonly sha256: string
  readonly wheelBytes: number
  /** Size of what is kept of it once unpacked. */
  readonly unpackedBytes: number
}

const releases: Readonly<Record<string, WheelRelease>> = {
  'linux-x64': {
    package: 'tensorflow-cpu',
    version: '2.21.0',
    pythonVersion: '3.11',
    platformTag: 'manylinux_2_27_x86_64',
    fileName: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    wheelBytes: 273_829_956,
    unpackedBytes: 854_000_000,
  },
}

/** @throws Failure acceleration-failed where no release is known to work on the platform. */
export function releaseFor(platform: string, architecture: string): WheelRelease {
  const release = releases[`${platform}-${architecture}`]
  if (release) return release
  throw new Failure(
    'acceleration-failed',
    `Acceleration is not available for ${platform} on ${architecture}: it needs Linux on x64. Fino goes on with its built-in backend (wasm).`,
    { platform, architecture },
  )
}
