/** The composition root: everything but Electron, behind one `invoke` and one `subscribe` for every door. */
import { dirname } from 'node:path'
import type { EventName } from '../shared/contract'
import type { Outcome } from '../shared/failure'
import { version } from '../shared/version'
import { parseWordList } from './baselines/word-list'
import { createHandlers, invoke } from './commands'
import { createAdaptationRuns } from './features/adaptation-runs'
import { type Adaptations, createAdaptations } from './features/adaptations'
import { type Backends, createBackends, withChosenBackend } from './features/backends'
import { createDatasets, type Datasets } from './features/datasets'
import { createDevices, type Devices, freeMemoryBytes } from './features/devices'
import { chosenWordList, createDictionaries, type Dictionaries } from './features/dictionaries'
import { createExports, type Exports } from './features/exports'
import type { Library } from './features/library'
import { createModels, type Models } from './features/models'
import { createPredictions, type Predictions } from './features/predictions'
import type { Publish } from './features/publish'
import { createQuotes, type Quotes } from './features/quotes'
import { createQuoting } from './features/quoting'
import { createRecipes, type Recipes } from './features/recipes'
import { createRuns, type Runs } from './features/runs'
import { createTextQuotes } from './features/text-quotes'
import { createTextSources } from './features/text-sources'
import { createTrainedModels } from './features/trained-models'
import { createTransfers, type Transfers } from './features/transfers'
import { createLog, type Log } from './files/log'
import { findResources } from './files/resources'
import { openWorkspace, type Workspace } from './files/workspace'
import { createCheckpointStore } from './store/checkpoints'
import { openDatabase, toStoreFailure } from './store/database'
import { createExportStore } from './store/exports'
import { createMetricStore } from './store/metrics'
import { createQuoteStore } from './store/quotes'
import { createRunStore } from './store/runs'
import { openSession, removeDeadSessions } from './store/sessions'
import { createSettingsStore, type SettingsStore } from './store/settings'
import { createSpeedStore } from './store/speeds'
import { createWordListStore } from './store/word-lists'
import { locateNode } from './trainer/node-binary'
import { createTrainer, type Trainer } from './trainer/trainer'
import { locateWorker } from './trainer/worker-file'

/** What only the door knows: what kind of window there is, and the system's dialog. */
export interface Host {
  kind: 'electron' | 'browser'
  systemLanguage: string
  chooseFolder(): Promise<string | null>
  reveal(path: string): Promise<void>
}

export interface ApplicationOptions {
  home?: string | undefined
  host: Host
  log?: Log
  /** Tests put a trainer of their own here. */
  trainer?: Trainer
}

export type EventListener = (name: EventName, payload: unknown) => void

export interface Application {
  /** Never rejects: a failure is an outcome. */
  invoke(name: string, input: unknown): Promise<Outcome<unknown>>
  /** Returns the function that stops listening. */
  subscribe(listener: EventListener): () => void
  /** Something is under way that closing would end. */
  isBusy(): Promise<boolean>
  /** Runs under way become `interrupted`; every child process is ended. */
  close(): Promise<void>
  readonly features: Features
}

/** For a door that works in this process and wants values and Failures instead of messages. */
export interface Features {
  workspace: Workspace
  datasets: Datasets
  models: Models
  backends: Backends
  recipes: Recipes
  quotes: Quotes
  adaptations: Adaptations
  runs: Runs
  predictions: Predictions
  dictionaries: Dictionaries
  exports: Exports
  devices: Devices
  settings: SettingsStore
  transfers: Transfers
}

const heartbeatMs = 5000

/** Fails where the workspace cannot be opened: `write-failed`, `disk-full`, `file-unreadable`. */
export async function openApplication(options: ApplicationOptions): Promise<Application> {
  const workspace = await openWorkspace({ home: options.home })
  try {
    return await compose(workspace, options)
  } catch (thrown) {
    throw toStoreFailure(thrown, workspace.databaseFile)
  }
}

async function compose(
  workspace: Workspace,
  { host, log = createLog(), trainer: given }: ApplicationOptions,
): Promise<Application> {
  const database = openDatabase(workspace.databaseFile)
  const listeners = new Set<EventListener>()
  const publish: Publish = (name, payload) => {
    for (const listener of listeners) listener(name, payload)
  }

  const speeds = createSpeedStore(database)
  const trainer = withChosenBackend(given ?? createOwnTrainer(workspace, log), speeds)
  const session = openSession(database)
  const heartbeat = setInterval(() => session.beat(), heartbeatMs).unref()

  const runStore = createRunStore(database)
  removeDeadSessions(database)
  runStore.interruptOrphans(new Date().toISOString())

  const settings = createSettingsStore(database)
  const models = createModels({ database, trainer, publish, workspace })
  const datasets = createDatasets({ workspace, database, trainer, models, publish })
  const wordLists = createWordListStore(database)
  const library: Library = {
    dataset: async (id) => datasets.get({ id }),
    model: (id) => models.get({ id }),
    models: () => models.list(),
    rowsFile: datasets.rowsFile,
    wordListFile: (recipe) => chosenWordList({ workspace, store: wordLists }, recipe),
  }
  const backends = createBackends({ trainer, speeds })
  const recipes = createRecipes({ library, trainer, settings: settings.get })
  const quoting = createQuoting({ trainer, store: createQuoteStore(database), freeMemoryBytes })
  const quotes = createQuotes({ recipes, library, trainer, backends, quoting, keptFolder: workspace.keptOutputs })
  const metrics = createMetricStore(database)
  const checkpoints = createCheckpointStore(database)
  const runs = createRuns({
    workspace,
    library,
    recipes,
    quotes,
    quoting,
    adaptationRuns: createAdaptationRuns({ workspace, store: runStore, library, addModel: models.add }),
    backends,
    trainer,
    publish,
    metrics,
    checkpoints,
    store: runStore,
    sessionId: session.id,
  })
  const textQuotes = createTextQuotes({ trainer, backends, quoting })
  const textSources = createTextSources({ workspace, datasets })
  const adaptations = createAdaptations({ library, textSources, quotes: textQuotes, runs, settings: settings.get })
  const trainedModels = createTrainedModels({ workspace, library })
  const ofRun = { workspace, library, trainer, trainedModels, run: runs.get }
  const predictions = createPredictions({ ...ofRun, backend: () => settings.get().backend })
  const exports = createExports({ ...ofRun, recipes, store: createExportStore(database) })
  const dictionaries = createDictionaries({
    ...ofRun,
    store: wordLists,
    pathOf: datasets.pathOf,
    parse: parseWordList,
  })
  const devices = createDevices({ workspace, backends, version, publish })
  const transfers = createTransfers({ workspace })
  await Promise.all([transfers.removeOldUploads(), datasets.removeLeftovers()])

  const features: Features = {
    workspace,
    datasets,
    models,
    backends,
    recipes,
    quotes,
    adaptations,
    runs,
    predictions,
    dictionaries,
    exports,
    devices,
    settings,
    transfers,
  }
  const handlers = createHandlers({ features, host, version, publish })

  return {
    features,
    invoke: (name, input) =>
      invoke(handlers, name, input, { log, explain: (thrown) => toStoreFailure(thrown, workspace.databaseFile) }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    isBusy: async () => runs.isBusy() || devices.isInstalling(),
    async close() {
      clearInterval(heartbeat)
      runs.beginClosing()
      devices.cancelAcceleration()
      await trainer.close()
      await runs.closed()
      listeners.clear()
      session.close()
      database.close()
    },
  }
}

function createOwnTrainer(workspace: Workspace, log: Log): Trainer {
  const resources = findResources().folder
  return createTrainer({
    workerFile: locateWorker(import.meta.dirname),
    nodeBinary: locateNode([resources, dirname(resources)]),
    environment: { ...process.env, FINO_HOME: workspace.home },
    log,
  })
}
