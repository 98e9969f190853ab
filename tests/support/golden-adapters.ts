/** The adapters of tests/golden/adapterhub and adaption-prompt: what AdapterHub and PEFT wrote, and what they reckoned. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assignArrays, type FloatArray, transposeArray } from '../../src/main/engine/formats/arrays'
import { openExport } from '../../src/main/engine/formats/exported'
import { loadModel } from '../../src/main/engine/formats/hugging-face'
import { decodeSafetensors } from '../../src/main/engine/formats/safetensors'
import { createTunedModel } from '../../src/main/engine/models/create-tuned-model'
import type { TunedModel } from '../../src/main/engine/models/tuned-model'
import { createRandom } from '../../src/main/engine/random'
import { folderOnDisk } from './folders'
import type { Expected } from './pinned'

const golden = join(import.meta.dirname, '..', 'golden')

export interface WrittenAdapter {
  readonly name: string
  readonly folder: string
  readonly expected: Expected
  /** "logits", "gradients/..." and, of PEFT's, "start/...". */
  readonly tensors: Readonly<Record<string, FloatArray>>
  readonly outputs: number | null
}

export const writtenAdapters: readonly WrittenAdapter[] = ['adapterhub', 'adaption-prompt'].flatMap((kind) =>
  readdirSync(join(golden, kind))
    .sort()
    .map((name) => {
      const folder = join(golden, kind, name)
      const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected
      const { tensors } = decodeSafetensors(readFileSync(join(folder, 'expected.safetensors')))
      return {
        name: `${kind}/${name}`,
        folder,
        expected,
        tensors: tensors as Record<string, FloatArray>,
        outputs: expected.task === 'SEQ_CLS' ? 3 : null,
      }
    }),
)

export function baseOf({ expected }: WrittenAdapter): string {
  return join(golden, expected.architecture)
}

/** The base model with the adapter, as anyone's folder is opened; the paper's variant has no folder of a library. */
export async function openWritten(one: WrittenAdapter): Promise<TunedModel> {
  if (one.expected.method !== 'original')
    return (await openExport(folderOnDisk(one.folder), folderOnDisk(baseOf(one)))).model
  const start = arraysUnder(one, 'start/')
  const prompts = Object.entries(start).filter(([name]) => name.endsWith('.adaption_prompt'))
  const options = { variant: 'original', layers: prompts.length, length: prompts[0]?.[1].shape[1] ?? 0 }
  const { config, weights } = await loadModel(folderOnDisk(baseOf(one)))
  const random = createRandom(0)
  const model = createTunedModel({ config, weights, strategy: 'llama-adapter', options, outputs: null, random })
  assignArrays(model.parameters, start)
  return model
}

/** By the names of our parameters, in the engine's layout. */
export function writtenGradients(one: WrittenAdapter): Map<string, FloatArray> {
  const names = flexibleHeads[one.expected.architecture] ?? {}
  const turned = Object.entries(arraysUnder(one, 'gradients/')).map(([name, array]) => {
    const [head = ''] = name.match(/^heads\.task\.\d/) ?? []
    const own = names[head] ? name.replace(head, names[head]) : name
    return [own, array.shape.length === 2 ? transposeArray(array) : array] as const
  })
  return new Map(turned)
}

/** What AdapterHub's own heads of two layers are in transformers' terms. */
const flexibleHeads: Readonly<Record<string, Record<string, string>>> = {
  bert: { 'heads.task.1': 'bert.pooler.dense', 'heads.task.4': 'classifier' },
  roberta: { 'heads.task.1': 'classifier.dense', 'heads.task.4': 'classifier.out_proj' },
}

function arraysUnder({ tensors }: WrittenAdapter, prefix: string): Record<string, FloatArray> {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(chosen.map(([name, array]) => [name.slice(prefix.length), array]))
}
