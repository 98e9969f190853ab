/** `fino predict`: every row of a file, answered by a run's model or by an export. */
import { resolve } from 'node:path'
import { type Generation, generationSchema } from '../../shared/generation'
import type { Problem } from '../../shared/problem'
import { type ReadFlags, usage } from './choose'
import { type Context, exitCodes } from './commands'
import * as format from './format'

export interface PredictFlags extends ReadFlags, GenerationFlags, AdapterFlags {
  run?: string
  export?: string
  in: string
  text: string
  out: string
}

/** How responses are written; what is left out stays as it is. */
interface GenerationFlags {
  maximumTokens?: number
  temperature?: number
  topP?: number
  seed?: number
}

/** What the files of an adapter from another tool may leave open. */
interface AdapterFlags {
  model?: string
  labels?: string[]
  labelSeparator?: string
  task?: string
}

export async function predict({ application, output }: Context, flags: PredictFlags): Promise<number> {
  const { predictions, models } = application.features
  const { run, export: folder, model } = flags
  if ((run === undefined) === (folder === undefined)) throw usage('predict takes either --run RUN or --export DIR')
  const problem = parseProblem(flags)
  const input = {
    path: resolve(flags.in),
    encoding: flags.encoding,
    delimiter: flags.delimiter,
    textColumn: flags.text,
    outputPath: resolve(flags.out),
    generation: parseGeneration(flags),
    progress: (done: number, total: number) => output.progress(`Answering ${done}/${total}`, 'Answering'),
  }
  if (run !== undefined && (model ?? problem) !== undefined)
    throw usage('--model, --labels and --task go with --export: a run knows its own')
  const answer =
    run === undefined
      ? await predictions.fileWithExport({
          ...input,
          folder: folder ?? '',
          modelId: model === undefined ? undefined : (await models.resolve(model)).id,
          problem,
        })
      : await predictions.file({ ...input, runId: run })
  output.endProgress()
  output.answer(answer, () => `${format.count(answer.rows)} rows answered in ${answer.outputPath}`)
  return exitCodes.done
}

/** A number is taken as it comes out: nobody says in which units another tool trained. */
function parseProblem({ labels, labelSeparator: separator, task }: AdapterFlags): Problem | undefined {
  if (labels === undefined && separator !== undefined) throw usage('--label-separator goes with --labels')
  if (labels === undefined) return task === undefined ? undefined : { kind: 'regression', mean: 0, deviation: 1 }
  if (task !== undefined) throw usage('--labels name classes, and --task regression has none: choose one of them')
  return separator === undefined ? { kind: 'single-label', labels } : { kind: 'multi-label', labels, separator }
}

function parseGeneration({ maximumTokens, temperature, topP, seed }: GenerationFlags): Generation | undefined {
  const given = Object.entries({ maximumTokens, temperature, topP, seed }).filter(([, value]) => value !== undefined)
  if (given.length === 0) return undefined
  const generation = generationSchema.safeParse(Object.fromEntries(given))
  if (generation.success) return generation.data
  throw usage('--top-p must be above 0')
}
