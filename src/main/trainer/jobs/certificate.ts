/** What an export is judged by before it is kept: its files, read back, answer as the trained model does. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '../../../shared/failure'
import { type Certificate, headlineOf, type Metrics } from '../../../shared/result'

/** Largest difference of a logit between the trained model and its export read back; float32 rounding alone. */
const logitTolerance = 1e-4
/** Of a score that no counting of texts explains, relative to it. */
const scoreTolerance = 1e-3

/** A text on the edge between two answers may fall to the other side on another backend: one is let pass. */
export function certify(
  trained: Float32Array,
  exported: Float32Array,
  trainedMetrics: Metrics,
  exportedMetrics: Metrics,
): Certificate {
  const maximumLogitDifference = trained.reduce(
    (most, logit, at) => Math.max(most, Math.abs(logit - (exported[at] ?? Number.POSITIVE_INFINITY))),
    0,
  )
  const { name, value: trainedScore } = headlineOf(trainedMetrics)
  const { value: exportedScore } = headlineOf(exportedMetrics)
  const { examples } = exportedMetrics
  const counted = name === 'accuracy' || name === 'micro-f1'
  const allowed = counted ? 1.5 / examples : scoreTolerance * Math.max(1, Math.abs(trainedScore))
  const passed = maximumLogitDifference <= logitTolerance && Math.abs(trainedScore - exportedScore) <= allowed
  return { examples, trainedScore, exportedScore, maximumLogitDifference, passed }
}

/** Fails with `export-mismatch` where the certificate did not pass. `remedy` is a sentence. */
export function refuseMismatch(certificate: Certificate, folder: string, remedy: string): void {
  if (certificate.passed) return
  const { trainedScore, exportedScore, maximumLogitDifference } = certificate
  throw new Failure(
    'export-mismatch',
    `The export read back does not answer as trained: it scores ${exportedScore.toPrecision(4)} instead of ${trainedScore.toPrecision(4)}, logits apart by up to ${maximumLogitDifference.toPrecision(2)}. Nothing was written to ${basename(folder)}. ${remedy}`,
    { trainedScore, exportedScore, maximumLogitDifference },
  )
}

/** Size of the files directly inside. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder)
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
