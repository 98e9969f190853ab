/** What this machine can compute with. */
import { z } from 'zod'

export const backendIds = ['wasm', 'tensorflow', 'webgpu'] as const
export const backendIdSchema = z.enum(backendIds)
export type BackendId = z.infer<typeof backendIdSchema>
export const backendChoiceSchema = z.enum(['auto', ...backendIds])
export type BackendChoice = z.infer<typeof backendChoiceSchema>

/** Ends the device's name where software stands in for a graphics card: right, slow, and never chosen automatically. */
export const inSoftware = 'in software'

export const backendReportSchema = z.object({
  id: backendIdSchema,
  /** What it runs on, in words: "CPU, one thread", "NVIDIA L4". */
  device: z.string(),
  available: z.boolean(),
  /** Why it is not available, or not on the card it was installed for, and what to do about it; else null. */
  reason: z.string().nullable(),
  /** Measured float32 matrix-product rate; null where not available. */
  gflops: z.number().nullable(),
})
export type BackendReport = z.infer<typeof backendReportSchema>

/** What the acceleration computes on: the processor alone, or an NVIDIA card too. */
export const accelerationBuildSchema = z.enum(['cpu', 'cuda'])
export type AccelerationBuild = z.infer<typeof accelerationBuildSchema>

/** An NVIDIA card that its driver knows. */
export const cardSchema = z.object({
  name: z.string(),
  memoryBytes: z.number(),
  /** The driver's version: "550.54.14". */
  driver: z.string(),
})
export type Card = z.infer<typeof cardSchema>

export const doctorReportSchema = z.object({
  backends: z.array(backendReportSchema),
  node: z.string(),
  home: z.string(),
  memoryBytes: z.number(),
  /** Further facts for people. */
  freeMemoryBytes: z.number(),
  freeDiskBytes: z.number(),
  /** What frozen layers said of texts, kept for later runs. */
  keptBytes: z.number(),
  processor: z.string(),
  platform: z.string(),
  version: z.string(),
  cards: z.array(cardSchema),
  /** Null where no acceleration is installed. */
  acceleration: accelerationBuildSchema.nullable(),
  /** What each build that this platform has would download. */
  downloads: z.array(z.object({ build: accelerationBuildSchema, byteLength: z.number() })),
})
export type DoctorReport = z.infer<typeof doctorReportSchema>

export const accelerationProgressSchema = z.object({
  phase: z.enum(['locating', 'downloading', 'verifying', 'unpacking', 'building', 'testing', 'done', 'removed']),
  receivedBytes: z.number(),
  totalBytes: z.number().nullable(),
})
export type AccelerationProgress = z.infer<typeof accelerationProgressSchema>
