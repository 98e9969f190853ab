/** Every message of the contract and the feature that answers it. */
import type { z } from 'zod'
import { type CommandName, type CommandOutput, type Commands, commands } from '../shared/contract'
import { Failure, type Outcome, toFailureRecord } from '../shared/failure'
import type { Features, Host } from './application'
import type { Publish } from './features/publish'
import type { Log } from './files/log'

type Answer<Name extends CommandName> = (
  input: z.output<Commands[Name]['input']>,
) => CommandOutput<Name> | Promise<CommandOutput<Name>>

export type Handlers = { readonly [Name in CommandName]: Answer<Name> }

/** Checks the input against the contract, asks the feature, and turns what it throws into a failure. */
export async function invoke(
  handlers: Handlers,
  name: string,
  input: unknown,
  { log, explain }: { log: Log; explain: (thrown: unknown) => unknown },
): Promise<Outcome<unknown>> {
  try {
    if (!isCommand(name)) throw new Failure('usage', `Fino has no command "${name}".`, { name })
    const parsed = commands[name].input.safeParse(input)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const place = issue?.path.join('.') || 'input'
      throw new Failure('usage', `${name}: ${place}: ${issue?.message ?? 'not as expected'}.`, { name, field: place })
    }
    const answer = handlers[name] as Answer<CommandName>
    return { ok: true, value: await answer(parsed.data as never) }
  } catch (thrown) {
    const failure = toFailureRecord(explain(thrown))
    if (failure.code === 'internal') log.error(thrown, `${name} failed`)
    return { ok: false, failure }
  }
}

export function createHandlers({
  features,
  host,
  version,
  publish,
}: {
  features: Features
  host: Host
  version: string
  publish: Publish
}): Handlers {
  const {
    workspace,
    datasets,
    models,
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
  } = features

  return {
    'host:describe': () => ({
      kind: host.kind,
      version,
      home: workspace.home,
      systemLanguage: host.systemLanguage,
    }),

    'files:upload-begin': () => transfers.beginUpload(),
    'files:upload-chunk': (input) => transfers.appendToUpload(input),
    'files:choose-folder': () => {
      if (host.kind === 'electron') return host.chooseFolder()
      throw new Failure('forbidden', 'A browser cannot open the dialogs of this system. Type the path of the folder.')
    },
    'files:reveal': ({ path }) => host.reveal(path),
    'files:download': ({ downloadId }) => transfers.download(downloadId),

    'datasets:preview': (input) => datasets.preview(input),
    'datasets:import': (input) => datasets.import(input),
    'datasets:list': () => datasets.list(),
    'datasets:get': (input) => datasets.get(input),
    'datasets:report': (input) => datasets.report(input),
    'datasets:resplit': (input) => datasets.resplit(input),
    'datasets:remove': (input) => datasets.remove(input),

    'models:list': () => models.list(),
    'models:add': (input) => models.add(input),
    'models:remove': (input) => models.remove(input),

    'strategies:describe': (input) => recipes.describeStrategies(input),
    'recipes:resolve': (input) => recipes.resolve(input),
    'quotes:create': (input) => quotes.create(input),
    'quotes:cancel': (input) => quotes.cancel(input),

    'adaptations:quote': (input) => adaptations.quote(input),
    'adaptations:cancel-quote': (input) => adaptations.cancelQuote(input),
    'adaptations:start': (input) => adaptations.start(input),

    'runs:start': (input) => runs.start(input),
    'runs:list': () => runs.list(),
    'runs:get': ({ id }) => runs.get(id),
    'runs:history': ({ id }) => runs.history(id),
    'runs:stop': ({ id }) => runs.stop(id),
    'runs:cancel': ({ id }) => runs.cancel(id),
    'runs:resume': ({ id }) => runs.resume(id),
    'runs:rename': ({ id, name }) => runs.rename(id, name),
    'runs:remove': ({ id }) => runs.remove(id),
    'runs:test-rows': ({ id, ...query }) => runs.testRows(id, query),

    'predictions:text': (input) => predictions.text(input),
    'predictions:compare': (input) => predictions.compare(input),
    'predictions:preview': ({ file }) => datasets.preview({ file, options: {} }),
    'predictions:file': async ({ runId, file, textColumn, outputPath, generation }) => {
      const path = datasets.pathOf(file)
      const output = await predictions.file({
        ...{ runId, path, fileName: file.kind === 'upload' ? file.fileName : undefined, textColumn, outputPath },
        generation,
        progress: (done, total) => publish('predictions:progress', { runId, done, total }),
      })
      return { ...output, downloadId: transfers.offer(output.outputPath) }
    },

    'runs:dictionary': ({ id }) => dictionaries.ofRun(id),
    'wordlists:list': () => dictionaries.lists(),
    'wordlists:import': ({ file }) => dictionaries.importList(file),
    'wordlists:remove': ({ id }) => dictionaries.removeList(id),

    'exports:create': (input) => exports.create(input),
    'exports:formats': ({ runId }) => exports.formats(runId),
    'exports:list': ({ runId }) => exports.list(runId),

    'devices:doctor': () => devices.doctor(),
    'devices:accelerate': (input) => devices.accelerate(input ?? {}),
    'devices:accelerate-cancel': () => devices.cancelAcceleration(),
    'devices:accelerate-remove': async () => {
      await devices.removeAcceleration()
    },

    'settings:get': () => settings.get(),
    'settings:set': (input) => settings.set(input),
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}
