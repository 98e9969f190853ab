/** The command-line door: arguments in, one answer out, an exit code. */
import { join } from 'node:path'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { delimiters, encodings } from '../shared/dataset'
import { Failure, type FailureCode, toFailureRecord } from '../shared/failure'
import { type ExportFormat, exportFormats, strategyIds } from '../shared/strategy'
import { version } from '../shared/version'
import { type Host, openApplication } from './application'
import { type AdaptFlags, adapt } from './cli/adapt'
import { bench } from './cli/bench'
import type { ImportFlags, RecipeFlags } from './cli/choose'
import * as commands from './cli/commands'
import { type Context, exitCodes } from './cli/commands'
import { demo } from './cli/demo'
import * as dictionaries from './cli/dictionaries'
import { createOutput, reportFailure, type Streams } from './cli/output'
import { type PredictFlags, predict } from './cli/predict'
import { serve } from './cli/serve'
import { strategies } from './cli/strategies'
import { toStoreFailure } from './store/database'

/** Failures of the work itself; every other one is for the person to put right. */
const workFailures: readonly FailureCode[] = [
  ...([
    'run-diverged',
    'out-of-memory',
    'device-lost',
    'export-mismatch',
    'acceleration-failed',
    'worker-exited',
  ] as const),
  ...(['cancelled', 'internal'] as const),
]

const host: Host = {
  kind: 'browser',
  systemLanguage: Intl.DateTimeFormat().resolvedOptions().locale,
  chooseFolder: async () => null,
  reveal: async (path) => {
    throw new Failure('forbidden', `A browser cannot open folders of this system. It lies at ${path}.`, { path })
  },
}

const noCommand = 'No command was given; fino --help lists them.'

const builtFolder = join(import.meta.dirname, '..')

/** Runs one command; never throws. */
export async function main(parameters: readonly string[], streams: Streams): Promise<number> {
  const json = parameters.includes('--json')
  let exitCode: number = exitCodes.done
  const act = async (work: (context: Context) => number | Promise<number>) => {
    const application = await openApplication({ host })
    try {
      exitCode = await work({ application, output: createOutput(streams, { json }) })
    } catch (thrown) {
      throw toStoreFailure(thrown, application.features.workspace.databaseFile)
    } finally {
      await application.close()
    }
  }
  try {
    await createProgram(act, streams).parseAsync([...parameters], { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return exitCodes.done
      // Without a command, commander would have shown its help.
      const message = thrown.code === 'commander.help' ? noCommand : thrown.message.replace(/^error: /, '')
      reportFailure(streams, { code: 'usage', message, details: {} }, { json })
      return exitCodes.badInput
    }
    const failure = toFailureRecord(thrown)
    reportFailure(streams, failure, { json })
    return workFailures.includes(failure.code) ? exitCodes.failed : exitCodes.badInput
  }
}

function createProgram(
  act: (work: (context: Context) => number | Promise<number>) => Promise<void>,
  streams: Streams,
): Command {
  const program = new Command('fino')
    .description('Finetune language models on your own machine.')
    .version(version)
    .option('--json', 'answer with one JSON document on standard output')
    .exitOverride()
    // The reason is written once, by main.
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
  const command = (name: string, description: string) => program.command(name).description(description)

  command('doctor', 'show what this machine can compute with')
    .option('--clear', 'drop what is kept of frozen layers')
    .action((flags: { clear?: boolean }) => act((context) => commands.doctor(context, flags)))

  withImportFlags(command('import <FILE>', 'import a CSV, TSV, JSON or JSON Lines file'))
    .option('--name <NAME>', 'name of the data set')
    .action((file: string, flags: ImportFlags) => act((context) => commands.importData(context, file, flags)))

  const models = command('models', 'list the base models').action(() => act(commands.listModels))
  models
    .command('add <FOLDER>')
    .description('add a Hugging Face model folder')
    .action((folder: string) => act((context) => commands.addModel(context, folder)))

  withImportFlags(command('strategies <DATA>', 'show what each strategy would train, and its preset'))
    .option('--model <MODEL>', 'starter, the id of a model, or a folder', 'starter')
    .option('--options', 'show the options of each, too')
    .action((data: string, flags: Parameters<typeof strategies>[2]) =>
      act((context) => strategies(context, data, flags)),
    )

  withRecipeFlags(command('quote <DATA>', 'say what a run would cost here (DATA: a data set or a file)'))
    .option('--no-probe', 'reckon only, without trying a few real steps')
    .action((data: string, flags: RecipeFlags & { probe: boolean }) =>
      act((context) => commands.quote(context, data, flags)),
    )

  withRecipeFlags(command('train <DATA>', 'train (DATA: a data set, a file, or a recipe in JSON)'))
    .option('--out <DIR>', 'export the result into this folder, too')
    .action((data: string, flags: RecipeFlags & { out?: string }) =>
      act((context) => commands.train(context, data, flags)),
    )

  withLoopFlags(
    withReadFlags(
      command('adapt <DATA>', 'adapt a model to texts before it is finetuned (DATA: a data set or a file)'),
    ),
  )
    .option('--model <MODEL>', 'starter, the id of a model, or a folder')
    .option('--text <COL>', 'column with the texts (default: found by itself; the lines of a .txt file)')
    .option('--except <DATASET>', 'leave out what this data set is evaluated on; may be repeated', collect)
    .option('--name <NAME>', 'name of the new model')
    .option('--out <DIR>', 'new or empty folder for the new model (default: one in FINO_HOME)')
    .option('--quote', 'say what it would cost here, and do nothing')
    .action((data: string, flags: AdaptFlags) => act((context) => adapt(context, data, flags)))

  command('resume <RUN>', 'go on with a run that was stopped, failed or interrupted')
    .option('--out <DIR>', 'export the result into this folder, too')
    .action((run: string, flags: { out?: string }) => act((context) => commands.resume(context, run, flags)))

  command('runs', 'list the runs').action(() => act(commands.listRuns))

  withReadFlags(command('predict', 'answer every row of a file: its labels, its number, its response'))
    .option('--run <RUN>', 'with the model of this run')
    .option('--export <DIR>', 'with an exported folder, or an adapter that PEFT or AdapterHub wrote')
    .option('--model <MODEL>', 'base model of that adapter (default: the one that it names)')
    .option('--labels <LABELS>', 'its classes in order, with commas between, where nothing names them', labels)
    .option('--label-separator <TEXT>', 'several of these labels a text, to be written with this between')
    .addOption(new Option('--task <TASK>', 'where nothing says that it answers with a number').choices(['regression']))
    .requiredOption('--in <FILE>', 'CSV or TSV file to answer')
    .requiredOption('--text <COL>', 'column with the texts or prompts')
    .requiredOption('--out <FILE>', 'CSV file to write')
    .option('--maximum-tokens <N>', 'responses: longest in tokens', wholeNumber(1, 4096))
    .option('--temperature <X>', 'responses: 0 = always the likeliest token', numberWithin(0, 5))
    .option('--top-p <X>', 'responses: only the likeliest tokens that reach this probability', numberWithin(0, 1))
    .option('--seed <N>', 'responses: seed of what is drawn', wholeNumber(0, 0xffffffff))
    .action((flags: PredictFlags) => act((context) => predict(context, flags)))

  command('export <RUN>', 'write the trained model as files that others can load')
    .requiredOption('--out <DIR>', 'new or empty folder')
    .addOption(new Option('--format <FORMAT>', "default: the strategy's own").choices(exportFormats))
    .action((run: string, flags: { out: string; format?: ExportFormat }) =>
      act((context) => commands.exportRun(context, run, flags)),
    )

  command('words <RUN>', 'show the words and weights of a dictionary')
    .option('--limit <N>', 'heaviest words shown', wholeNumber(1, 1_000_000), 50)
    .action((run: string, flags: { limit: number }) => act((context) => dictionaries.words(context, run, flags)))

  const wordList = command('wordlist', 'list your own word lists, which a dictionary can use').action(() =>
    act(dictionaries.listWordLists),
  )
  wordList
    .command('list')
    .description('list them')
    .action(() => act(dictionaries.listWordLists))
  wordList
    .command('add <FILE>')
    .description('add a CSV file with term, category and weight')
    .action((file: string) => act((context) => dictionaries.addWordList(context, file)))
  wordList
    .command('remove <ID>')
    .description('forget a word list')
    .action((id: string) => act((context) => dictionaries.removeWordList(context, id)))

  command('serve', 'open Fino in a browser on this machine')
    .option('--port <N>', 'port on 127.0.0.1', wholeNumber(0, 65535), 0)
    .option('--open', 'open the browser, too')
    .action((flags: { port: number; open?: boolean }) => act((context) => serve(context, { ...flags, builtFolder })))

  command('accelerate', 'install the TensorFlow library (270 MB) that makes training faster')
    .option('--cuda', 'the library for NVIDIA cards (3.4 GB, 5.3 GB on the disk; Linux, driver 525 or newer)')
    .option('--from <PATH>', 'a wheel that was downloaded before; with --cuda the folder of all of them')
    .option('--remove', 'undo it')
    .action((flags: { cuda?: boolean; from?: string; remove?: boolean }) =>
      act((context) => commands.accelerate(context, flags)),
    )

  command('demo', 'train five strategies on the example data and compare them')
    .option('--backend <BACKEND>', 'auto, wasm, tensorflow or webgpu', 'auto')
    .action((flags: { backend: string }) => act((context) => demo(context, flags)))

  command('bench [OPTIONS...]', 'measure training steps and jobs (--only, --length, --all, --profile, --reference ...)')
    .allowUnknownOption()
    .helpOption(false)
    .action((words: string[]) =>
      act((context) => bench(context, builtFolder, program.opts().json ? [...words, '--json'] : words)),
    )

  return program
}

/** The names spare the person quoting what a shell takes for its own. */
const delimiterNames: Readonly<Record<string, (typeof delimiters)[number]>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  pipe: '|',
}

function withReadFlags(command: Command): Command {
  return command
    .addOption(new Option('--encoding <ENCODING>', 'of the file (default: found by itself)').choices(encodings))
    .option('--delimiter <DELIMITER>', 'comma, semicolon, tab or pipe (default: found by itself)', delimiter)
}

function withImportFlags(command: Command): Command {
  return withReadFlags(command)
    .option('--text <COL>', 'column with the texts or prompts (default: found by itself)')
    .option('--target <COL>', 'column with the labels, numbers or responses (default: found by itself)')
    .option('--task <TASK>', 'classification, regression or instruction (default: found by itself)')
    .option('--context-column <COL>', 'instruction: column whose text follows the prompt')
    .option('--group-column <COL>', 'rows with the same value here stay in one split')
    .option('--label-separator <TEXT>', 'several labels in a cell, with this between')
}

function withRecipeFlags(command: Command): Command {
  return withLoopFlags(withImportFlags(command))
    .option('--model <MODEL>', 'starter, the id of a model, or a folder (dictionary needs none)')
    .option('--strategy <STRATEGY>', strategyIds.join(', '))
    .option('--template <TEXT>', 'instruction: what stands around a prompt, holding {prompt} once')
    .option('--label-weights <WEIGHTS>', 'one label a text: equal, or balanced = rare labels weigh more')
    .option('--option <NAME=VALUE>', "an option of the strategy, such as LoRA's rank=8; may be repeated", collect)
}

function withLoopFlags(command: Command): Command {
  return command
    .option('--epochs <N>', 'passes over the training split', wholeNumber(1, 1000))
    .option('--batch-size <N>', 'texts in a batch', wholeNumber(1, 1024))
    .option('--accumulation-steps <N>', 'batches in one step', wholeNumber(1, 1024))
    .option('--max-length <N>', 'longest input in tokens', wholeNumber(4, 8192))
    .option('--learning-rate <X>', 'learning rate at its highest', positiveNumber)
    .option('--weight-decay <X>', 'decoupled weight decay', numberWithin(0, 1))
    .option('--warmup-share <X>', 'share of the steps over which the learning rate rises', numberWithin(0, 1))
    .option('--clip-norm <X>', 'largest gradient norm; 0 = any', numberWithin(0, Number.MAX_VALUE))
    .option('--patience <N>', 'evaluations without a better one before it stops; 0 = never', wholeNumber(0, 1000))
    .option('--seed <N>', 'seed of everything random', wholeNumber(0, 0xffffffff))
    .option('--recompute-layers', 'much less memory for a third to a half more time; the result is the same')
    .option('--backend <BACKEND>', 'auto, wasm, tensorflow or webgpu')
}

function delimiter(text: string): (typeof delimiters)[number] {
  const known = delimiterNames[text] ?? delimiters.find((character) => character === text)
  if (known !== undefined) return known
  throw new InvalidArgumentError(`It must be ${Object.keys(delimiterNames).join(', ')}.`)
}

function labels(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.length > 1 && !names.includes('') && new Set(names).size === names.length) return names
  throw new InvalidArgumentError('It must be two or more different names, with commas between.')
}

function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value]
}

function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isInteger(value) && value >= minimum && value <= maximum) return value
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`)
  }
}

function numberWithin(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value >= minimum && value <= maximum) return value
    throw new InvalidArgumentError(`It must be a number from ${minimum} to ${maximum}.`)
  }
}

function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a number above 0.')
}

void main(process.argv.slice(2), { out: process.stdout, error: process.stderr }).then((exitCode) => {
  process.exitCode = exitCode
})
