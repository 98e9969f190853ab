/** IA3 as PEFT stores it: [1, in] where a module's input is scaled, [out, 1] where its output is. */
import { Failure } from '../../../shared/failure'
import type { ModelConfig } from '../models/config'
import { projectionsOf } from '../models/weights'
import { readIa3Targets, scalesInput } from '../strategies/ia3'
import { sitesOf, targetChoices, targetName } from '../strategies/sites'
import type { Arrays } from './arrays'
import { elsewhere, type PeftMethod, refuseUnknown } from './peft-method'
import { findTargets } from './peft-targets'

const suffix = '.ia3_l'
const known = ['target_modules', 'feedforward_modules', 'fan_in_fan_out', 'exclude_modules', 'init_ia3_weights']

export const ia3Method: PeftMethod = {
  type: 'IA3',
  types: ['IA3'],
  strategy: 'ia3',
  beside: 'modules',
  owns: (name) => name.endsWith(suffix),
  write({ options, config, outputs, parameters }) {
    const targets = readIa3Targets(config, outputs, options)
    const scaling = projectionsOf(config).filter((projection) => scalesInput(config, projection))
    const names = scaling.map((projection) => targetName(config, projection))
    return {
      described: {
        target_modules: targets,
        feedforward_modules: targets.filter((target) => names.includes(target)),
        fan_in_fan_out: config.architecture === 'gpt2',
      },
      tensors: mapFactors(config, parameters, ({ shape: [, count = 0], data }, rows) => ({
        shape: rows ? [1, count] : [count, 1],
        data,
      })),
    }
  },
  read({ described, tensors, config }) {
    refuseUnknown(described, known)
    const { targets } = requireAllLayers(config, findTargets(config, tensors, suffix, described.target_modules))
    return {
      options: { targets },
      values: mapFactors(config, tensors, ({ shape, data }, rows, name) => {
        if (shape[rows ? 0 : 1] !== 1)
          throw new Failure(
            'model-unsupported',
            `${name} scales what its module ${rows ? 'gives' : 'reads'}; Fino scales what it ${rows ? 'reads' : 'gives'}. ${elsewhere}`,
          )
        return { shape: [1, data.length], data }
      }),
    }
  },
}

function mapFactors(
  config: ModelConfig,
  arrays: Arrays,
  map: (array: Arrays[string], scalesInput: boolean, name: string) => Arrays[string],
): Arrays {
  const sites = new Map(sitesOf(config, targetChoices(config)).map((site) => [site.path + suffix, site.projection]))
  const mapped = Object.entries(arrays).map(([name, array]) => {
    const projection = sites.get(name)
    if (!projection) throw new Error(`needs the factors of a module; has ${name}`)
    return [name, map(array, scalesInput(config, projection), name)] as const
  })
  return Object.fromEntries(mapped)
}

function requireAllLayers<Found extends { firstLayer: number }>({ layers }: ModelConfig, found: Found): Found {
  if (found.firstLayer === 0) return found
  throw new Failure(
    'model-unsupported',
    `The adapter leaves the lower ${found.firstLayer} of ${layers} layers alone; with ia3, Fino changes all. ${elsewhere}`,
  )
}
