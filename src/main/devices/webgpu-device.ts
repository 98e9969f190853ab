/**
 * A graphics card of any vendor through Dawn (the npm package webgpu), as Chromium sees it: Vulkan, Metal or Direct3D 12.
 * Only for plain Node: Dawn needs buffers outside of JavaScript's memory, which Electron's Node forbids.
 */
import { createRequire } from 'node:module'
import { inSoftware } from '../../shared/device'
import { Failure } from '../../shared/failure'
import { describeBytes } from '../files/write-failure'

/** Of the WebGPU standard, what Fino itself touches. */
export interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>
}

interface Adapter {
  readonly info: AdapterInfo
  readonly limits: Readonly<Record<Limit, number>>
  readonly features: ReadonlySet<string>
  requestDevice(wanted: {
    requiredLimits: Partial<Record<Limit, number>>
    requiredFeatures: readonly string[]
  }): Promise<GpuDevice>
}

export interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  /** The card's name on Vulkan and Direct3D. */
  readonly device: string
  readonly description: string
  readonly isFallbackAdapter?: boolean
}

export interface GpuDevice {
  readonly limits: Readonly<Record<Limit, number>>
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  createBuffer(description: { size: number; usage: number; mappedAtCreation?: boolean }): GpuBuffer
  addEventListener(name: 'uncapturederror', listener: (event: { readonly error: GpuError }) => void): void
  destroy(): void
}

export interface GpuBuffer {
  readonly size: number
  destroy(): void
}

export interface GpuError {
  readonly message: string
}

/** An adapter gives the standard's least unless asked for more. */
const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupsPerDimension',
] as const
type Limit = (typeof limits)[number]

export interface OpenedDevice {
  readonly gpu: Gpu
  readonly device: GpuDevice
  readonly info: AdapterInfo
  /** "NVIDIA L4, buffers up to 2.1 GB". */
  readonly name: string
}

/** @throws Failure backend-unavailable where there is no Dawn or no adapter, with what to do */
export async function openDevice(): Promise<OpenedDevice> {
  const gpu = loadDawn()
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) {
    throw unavailable(
      'No graphics card answers through Vulkan, Metal or Direct3D 12. Install the driver of its maker, or choose another backend.',
    )
  }
  const { info } = adapter
  try {
    const device = await adapter.requestDevice({
      requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
      // By this the library measures operations.
      requiredFeatures: ['timestamp-query'].filter((feature) => adapter.features.has(feature)),
    })
    return { gpu, device, info, name: nameOf(info, largestBuffer(device)) }
  } catch (thrown) {
    throw unavailable(`The graphics card (${info.device || info.vendor}) does not start: ${reasonOf(thrown)}.`)
  }
}

/** Bytes of the largest tensor: it is one buffer, bound whole. */
export function largestBuffer({ limits }: Pick<GpuDevice, 'limits'>): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize)
}

export function nameOf(info: AdapterInfo, bytes: number): string {
  const card = info.device || info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'GPU'
  const named = `${card}, buffers up to ${describeBytes(bytes)}`
  return isSoftwareAdapter(info) ? `${named}, ${inSoftware}` : named
}

/** What stands in for a card on the processor: SwiftShader, Mesa's llvmpipe, Windows' basic renderer. */
function isSoftwareAdapter({ isFallbackAdapter, device, description }: AdapterInfo): boolean {
  return isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${device} ${description}`)
}

function loadDawn(): Gpu {
  try {
    const dawn = createRequire(import.meta.url)('webgpu') as { create(options: string[]): Gpu; globals: object }
    // TensorFlow.js looks for the standard's classes and numbers where browsers have them.
    Object.assign(globalThis, dawn.globals)
    return dawn.create([])
  } catch (thrown) {
    throw unavailable(`Dawn, which it runs on, does not load: ${reasonOf(thrown)}. Choose another backend.`)
  }
}

function unavailable(message: string): Failure {
  return new Failure('backend-unavailable', message, { backend: 'webgpu' })
}

function reasonOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? ''
}
