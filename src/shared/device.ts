/** What this machine can compute with. */
import { z } from 'zod'

export const backendIds = ['wasm', 'tensorflow'] as const
export const backendIdSchema = z.enum(backendIds)
export type BackendId = z.infer<typeof backendIdSchema>
export const backendChoiceSchema = z.enum(['auto', ...backendIds])
export type BackendChoice = z.infer<typeof backendChoiceSchema>

export const backendReportSchema = z.object({
  id: backendIdSchema,
  /** What it runs on, in words: "CPU, one thread", "NVIDIA L4". */
  device: z.string(),
  available: z.boolean(),
  /** Why it is not available and what to do about it; null where it is. */
  reason: z.string().nullable(),
  /** Measured float32 matrix-product rate; null where not available. */
  gflops: z.number().nullable(),
})
export type BackendReport = z.infer<typeof backendReportSchema>

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
})
export type DoctorReport = z.infer<typeof doctorReportSchema>

export const accelerationProgressSchema = z.object({
  phase: z.enum(['locating', 'downloading', 'verifying', 'unpacking', 'building', 'testing', 'done', 'removed']),
  receivedBytes: z.number(),
  totalBytes: z.number().nullable(),
})
export type AccelerationProgress = z.infer<typeof accelerationProgressSchema>
