/** Which modules an adapter changes, told by its tensors: they decide it, however target_modules puts it. */
import { Failure } from '../../../shared/failure'
import type { ModelConfig } from '../models/config'
import { sitesOf, targetChoices } from '../strategies/sites'
import type { Arrays } from './arrays'
import { elsewhere } from './peft-method'

export interface Targets {
  /** In Fino's names where they cover the modules; as stated otherwise. */
  readonly targets: string[]
  readonly firstLayer: number
}

/**
 * `suffix` marks one tensor of each module. Throws `model-unsupported` where the modules are not the same in all layers
 * from some layer upwards, as they are wherever Fino trains them.
 */
export function findTargets(config: ModelConfig, tensors: Arrays, suffix: string, stated: unknown): Targets {
  const found = new Set(
    Object.keys(tensors).flatMap((name) => (name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : [])),
  )
  const all = sitesOf(config, targetChoices(config))
  const layers = all.filter(({ path }) => found.has(path)).map(({ layer }) => layer)
  const firstLayer = Math.min(...layers, config.layers)
  const covers = (targets: readonly string[]) => {
    const paths = sitesOf(config, targets, firstLayer).map(({ path }) => path)
    return paths.length === found.size && paths.every((path) => found.has(path))
  }
  const choices = targetChoices(config)
  const listed = Array.isArray(stated) ? stated.map(String) : []
  if (listed.length > 0 && listed.every((name) => choices.includes(name)) && covers(listed))
    return { targets: listed, firstLayer }
  // All whose modules are there: "c_proj" of GPT-2 is both of its names, a pattern whatever it fits.
  const within = choices.filter((choice) => sitesOf(config, [choice], firstLayer).every(({ path }) => found.has(path)))
  if (covers(within)) return { targets: within, firstLayer }
  const known = new Set(all.map(({ path }) => path))
  const foreign = [...found].filter((path) => !known.has(path))
  throw new Failure(
    'model-unsupported',
    foreign.length > 0
      ? `The adapter changes ${foreign.slice(0, 3).join(', ')}, which Fino does not on ${config.architecture}. ${elsewhere}`
      : `The adapter does not change the same modules in all layers from one layer upwards, as Fino does. ${elsewhere}`,
  )
}
