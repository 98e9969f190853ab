/** AdapterHub's description of a bottleneck adapter (`BnConfig` of adapters 1.3), and the options that it stands for. */
import { Failure } from '../../../shared/failure'
import type { StrategyOptions } from '../../../shared/strategy'
import { parallelScale, type Variant } from '../strategies/bottleneck-adapter'

type Description = Readonly<Record<string, unknown>>

/** What a description leaves out. */
const defaults: Description = {
  architecture: null,
  original_ln_before: false,
  original_ln_after: true,
  ln_before: false,
  ln_after: false,
  init_weights: 'bert',
  is_parallel: false,
  scaling: 1,
  use_gating: false,
  residual_before_ln: true,
  inv_adapter: null,
  cross_adapter: false,
  leave_out: [],
  phm_layer: false,
  stochastic_depth: 0,
}

/** The configurations that the library calls seq_bn, double_seq_bn and par_bn. */
const descriptions = {
  pfeiffer: { mh_adapter: false, output_adapter: true, non_linearity: 'relu', original_ln_before: true },
  houlsby: { mh_adapter: true, output_adapter: true, non_linearity: 'swish' },
  parallel: {
    mh_adapter: false,
    output_adapter: true,
    non_linearity: 'relu',
    init_weights: 'mam_adapter',
    is_parallel: true,
    scaling: parallelScale,
  },
} as const satisfies Record<Variant, Description>

/** Names that stand for a description and a reduction factor, those of older versions included. */
const named: Readonly<Record<string, { variant: Variant; reductionFactor: number }>> = {
  pfeiffer: { variant: 'pfeiffer', reductionFactor: 16 },
  seq_bn: { variant: 'pfeiffer', reductionFactor: 16 },
  houlsby: { variant: 'houlsby', reductionFactor: 16 },
  double_seq_bn: { variant: 'houlsby', reductionFactor: 16 },
  parallel: { variant: 'parallel', reductionFactor: 2 },
  par_bn: { variant: 'parallel', reductionFactor: 2 },
}

/** Nothing here matters to what a trained adapter computes without dropout. */
const ofNoMatter = ['init_weights', 'cross_adapter', 'reduction_factor']

export function describeBottleneck(variant: Variant, reductionFactor: number): Description {
  const { architecture: _none, ...written } = defaults
  return { ...written, ...descriptions[variant], reduction_factor: reductionFactor }
}

/** The inverse of `describeBottleneck`. Throws `model-unsupported`, naming what the adapter does that Fino does not. */
export function readBottleneck(config: unknown): Pick<StrategyOptions, 'variant' | 'reductionFactor'> {
  if (typeof config === 'string') return readNamed(config)
  const given = Object(config) as Record<string, unknown>
  const read: Record<string, unknown> = { ...defaults, ...given }
  if (read.non_linearity === 'silu') read.non_linearity = 'swish'
  const factor = read.reduction_factor
  const variant: Variant = read.is_parallel === true ? 'parallel' : read.mh_adapter === true ? 'houlsby' : 'pfeiffer'
  const expected: Description = { ...defaults, ...descriptions[variant] }
  const different = Object.keys(expected)
    .filter((name) => !ofNoMatter.includes(name) && JSON.stringify(read[name]) !== JSON.stringify(expected[name]))
    .map((name) => `${name} is ${JSON.stringify(read[name])}, not ${JSON.stringify(expected[name])}`)
  if (typeof factor !== 'number' || !Number.isInteger(factor) || factor < 1)
    different.push(`reduction_factor is ${JSON.stringify(factor)}, not one whole number for all layers`)
  if (different.length > 0) throw unsupported(different.join('; '))
  return { variant, reductionFactor: factor as number }
}

/** "seq_bn" or "seq_bn[reduction_factor=8]". */
function readNamed(name: string) {
  const [, known = '', factor] = name.match(/^([\w+]+)(?:\[reduction_factor=(\d+)\])?$/) ?? []
  const found = named[known]
  if (!found) throw unsupported(`it is called "${name}"`)
  return factor === undefined ? found : { ...found, reductionFactor: Number(factor) }
}

function unsupported(reason: string): Failure {
  return new Failure(
    'model-unsupported',
    `adapter_config.json describes an adapter that Fino cannot compute: ${reason}. Fino reads seq_bn, double_seq_bn and par_bn. Use it in Python with adapters, or train one here.`,
  )
}
