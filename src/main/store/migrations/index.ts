/** Every migration, in the order in which they are applied. Never edit one that was released; add the next. */
import { datasetsAndModels } from './0001-datasets-and-models'
import { runs } from './0002-runs'
import { exports } from './0003-exports'
import { settings } from './0004-settings'
import { checkpoints } from './0005-checkpoints'
import { tasksAndDecoders } from './0006-tasks-and-decoders'
import { problems } from './0007-problems'
import { adaptations } from './0008-adaptations'
import { origins } from './0009-origins'
import type { Migration } from './migration'

export const migrations: readonly Migration[] = [
  datasetsAndModels,
  runs,
  exports,
  settings,
  checkpoints,
  tasksAndDecoders,
  problems,
  adaptations,
  origins,
]
