/** The TensorFlow releases that Fino's acceleration is made of, and where they can run. */
import type { AccelerationBuild } from '../../../shared/device'
import { Failure } from '../../../shared/failure'

export interface Release {
  readonly build: AccelerationBuild
  /** TensorFlow's own first. */
  readonly wheels: readonly [Wheel, ...Wheel[]]
  /** What pip is asked for; any Python's wheel carries the same libraries, so one is pinned. */
  readonly pythonVersion: string
  readonly platformTags: readonly string[]
  /** Size of what is kept of them once unpacked. */
  readonly unpackedBytes: number
}

export interface Wheel {
  readonly package: string
  readonly version: string
  readonly fileName: string
  readonly wheelBytes: number
  readonly sha256: string
}

/** @throws Failure acceleration-failed where no release is known to work on the platform. */
export function releaseFor(platform: string, architecture: string, build: AccelerationBuild): Release {
  if (platform === 'linux' && architecture === 'x64') return releases[build]
  throw new Failure(
    'acceleration-failed',
    `Acceleration is not available for ${platform} on ${architecture}: it needs Linux on x64. Fino goes on with its built-in backend (wasm).`,
    { platform, architecture },
  )
}

export function downloadBytes(wheels: readonly Wheel[]): number {
  return wheels.reduce((sum, { wheelBytes }) => sum + wheelBytes, 0)
}

function wheel(name: string, version: string, tags: string, wheelBytes: number, sha256: string): Wheel {
  return { package: name, version, fileName: `${name.replaceAll('-', '_')}-${version}-${tags}.whl`, wheelBytes, sha256 }
}

const releases: Readonly<Record<AccelerationBuild, Release>> = {
  cpu: {
    build: 'cpu',
    pythonVersion: '3.11',
    platformTags: ['manylinux_2_27_x86_64'],
    wheels: [
      wheel(
        'tensorflow-cpu',
        '2.21.0',
        'cp311-cp311-manylinux_2_27_x86_64',
        273_829_956,
        '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      ),
    ],
    unpackedBytes: 854_000_000,
  },
  /** With what TensorFlow's `and-cuda` asks for; of CUDA 12 the last, which knows the newest cards. */
  cuda: {
    build: 'cuda',
    pythonVersion: '3.11',
    platformTags: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
    wheels: [
      wheel(
        'tensorflow',
        '2.21.0',
        'cp311-cp311-manylinux_2_27_x86_64',
        572_440_367,
        '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      ),
      wheel(
        'nvidia-cublas-cu12',
        '12.9.3.13',
        'py3-none-manylinux_2_27_x86_64',
        581_217_458,
        'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
      ),
      wheel(
        'nvidia-cuda-cupti-cu12',
        '12.8.90',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        10_248_621,
        'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
      ),
      wheel(
        'nvidia-cuda-nvcc-cu12',
        '12.9.86',
        'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
        40_546_229,
        '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
      ),
      wheel(
        'nvidia-cuda-nvrtc-cu12',
        '12.9.86',
        'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
        89_568_129,
        '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
      ),
      wheel(
        'nvidia-cuda-runtime-cu12',
        '12.9.79',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        3_493_179,
        '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
      ),
      wheel(
        'nvidia-cudnn-cu12',
        '9.28.0.42',
        'py3-none-manylinux_2_27_x86_64',
        716_538_495,
        '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
      ),
      wheel(
        'nvidia-cufft-cu12',
        '11.4.1.4',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        200_877_592,
        'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
      ),
      wheel(
        'nvidia-curand-cu12',
        '10.3.10.19',
        'py3-none-manylinux_2_27_x86_64',
        68_295_626,
        '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
      ),
      wheel(
        'nvidia-cusolver-cu12',
        '11.7.5.82',
        'py3-none-manylinux_2_27_x86_64',
        338_117_415,
        '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
      ),
      wheel(
        'nvidia-cusparse-cu12',
        '12.5.10.65',
        'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
        366_465_088,
        '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
      ),
      wheel(
        'nvidia-nccl-cu12',
        '2.32.3',
        'py3-none-manylinux_2_27_x86_64',
        351_526_311,
        'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
      ),
      wheel(
        'nvidia-nvjitlink-cu12',
        '12.9.86',
        'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
        39_748_338,
        'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
      ),
    ],
    unpackedBytes: 5_250_000_000,
  },
}
