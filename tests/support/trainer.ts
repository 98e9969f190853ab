/** The two jobs that data sets and models ask for, done in this process: words for tokens, config.json for facts. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobName, Jobs, ModelFacts } from '../../src/main/trainer/contract'
import type { Trainer } from '../../src/main/trainer/trainer'
import type { DatasetRow } from '../../src/shared/dataset'
import { Failure } from '../../src/shared/failure'

export interface InProcessTrainer extends Pick<Trainer, 'run'> {
  /** The jobs done so far. */
  readonly done: JobName[]
}

export function createInProcessTrainer(): InProcessTrainer {
  const done: JobName[] = []
  const jobs = {
    'describe-model': ({ modelFolder }: Jobs['describe-model']['input']) => describeModel(modelFolder),
    'token-lengths': ({ rowsFile }: Jobs['token-lengths']['input']) => countTokens(rowsFile),
  }
  return {
    done,
    async run(name, input) {
      const job = jobs[name as keyof typeof jobs] as ((input: unknown) => Promise<never>) | undefined
      if (job === undefined) throw new Error(`this trainer does not know the job ${name}`)
      done.push(name)
      return job(input)
    },
  }
}

async function describeModel(folder: string): Promise<ModelFacts> {
  const read = (name: string) =>
    readFile(join(folder, name)).catch(() => {
      throw new Failure('model-malformed', `${folder} has no ${name}. Choose the folder of a model.`, { folder })
    })
  const { hidden_size: width, num_hidden_layers: layers } = JSON.parse(String(await read('config.json')))
  const bytes = await read('model.safetensors')
  return {
    architecture: 'bert',
    parameters: bytes.length,
    layers,
    width,
    heads: 2,
    keyValueHeads: 2,
    headSize: width / 2,
    feedForwardWidth: 4 * width,
    vocabularySize: 100,
    maximumLength: 128,
    byteLength: bytes.length,
    contentHash: createHash('sha256').update(bytes).digest('hex'),
  }
}

async function countTokens(rowsFile: string): Promise<Jobs['token-lengths']['output']> {
  const lines = (await readFile(rowsFile, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const { id, text } = JSON.parse(line) as DatasetRow
    return { id, tokens: text.split(/\s+/).length + 2 }
  })
}
