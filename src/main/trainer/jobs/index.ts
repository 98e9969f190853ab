/** The jobs that the worker does, by name. */
import { measureBackends } from '../../devices/measure'
import type { JobName } from '../contract'
import { adaptModel } from './adapt'
import type { Job } from './context'
import { describeAllStrategies, describeModel } from './describe'
import { readDictionary } from './dictionary'
import { exportRun } from './export'
import { dataCost, tokenLengths } from './lengths'
import { predictTexts } from './predict-texts'
import { probe } from './probe'
import { trainRun } from './train'

export const jobs: { readonly [Name in JobName]: Job<Name> } = {
  'describe-model': describeModel,
  'describe-strategies': describeAllStrategies,
  'token-lengths': tokenLengths,
  'data-cost': dataCost,
  probe,
  train: trainRun,
  adapt: adaptModel,
  'predict-texts': predictTexts,
  'read-dictionary': readDictionary,
  export: exportRun,
  'measure-backends': (input) => measureBackends(input),
}
