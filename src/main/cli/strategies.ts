/** `fino strategies`: what each strategy would train on this model for these data, and with what preset. */
import { misfitRemedies, type OptionDescription, type StrategyDescription } from '../../shared/strategy'
import { chooseDataset, type ImportFlags } from './choose'
import { type Context, exitCodes } from './commands'
import * as format from './format'
import { table } from './output'

export async function strategies(
  { application, output }: Context,
  data: string,
  flags: ImportFlags & { model: string; options?: boolean },
): Promise<number> {
  const { features } = application
  const { id: datasetId } = await chooseDataset(features, data, flags)
  const { id: modelId } = await features.models.resolve(flags.model)
  const described = await features.recipes.describeStrategies({ datasetId, modelId })
  output.answer(described, () => {
    const fitting = described.filter(({ misfit }) => misfit === null)
    return [
      table(['Strategy', 'Trains', 'Share', 'Epochs', 'Batch', 'Learning rate', 'Exports as'], fitting.map(toRow)),
      ...described.flatMap(({ id, misfit }) => (misfit === null ? [] : [`${id}: ${misfitRemedies[misfit]}`])),
      ...(flags.options ? ['', table(['Strategy', 'Option', 'Usual', 'May be'], fitting.flatMap(optionRows))] : []),
    ].join('\n')
  })
  return exitCodes.done
}

function toRow({ id, trainableParameters, totalParameters, preset, exportFormats }: StrategyDescription): string[] {
  const trained = id === 'dictionary' ? '' : format.share(trainableParameters, totalParameters)
  const { epochs, batchSize, learningRate } = preset
  return [
    ...[id, format.count(trainableParameters), trained],
    ...[String(epochs), String(batchSize), String(learningRate), exportFormats.join(', ')],
  ]
}

function optionRows({ id, options }: StrategyDescription): string[][] {
  return options.map((option) => [id, option.name, String(option.value), rangeOf(option)])
}

function rangeOf(option: OptionDescription): string {
  switch (option.kind) {
    case 'number':
      return `${option.minimum} to ${option.maximum}`
    case 'choice':
      return option.choices.join(' | ')
    case 'several':
      return `some of ${option.choices.join(', ')}`
    case 'switch':
      return 'true | false'
    case 'text':
      return `up to ${option.maximumLength} characters`
    case 'word-list':
      return 'the id of a word list'
    default:
      return option satisfies never
  }
}
