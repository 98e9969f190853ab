/** Where the person is, written in the address after `#`, so that a reload loses nothing. */
import { useMemo, useSyncExternalStore } from 'react'
import { z } from 'zod'
import { type FileReference, fileReferenceSchema } from '../../shared/file-reference'
import { type Recipe, recipeRequestSchema } from '../../shared/recipe'
import type { Run } from '../../shared/run'
import { type StrategyId, strategyIdSchema } from '../../shared/strategy'

export const steps = ['data', 'check', 'model', 'strategy', 'run', 'result', 'use'] as const
export type Step = (typeof steps)[number]
export const runViews = ['run', 'result', 'use'] as const
export type RunView = (typeof runViews)[number]

/** What the person set beyond the preset; data set, model and strategy have places of their own. */
export type RecipeChanges = Partial<Omit<Recipe, 'datasetId' | 'modelId' | 'strategy' | 'task'>>

/** The open panel in which a model is adapted to texts first. */
export interface AdaptationDraft {
  /** Absent: the texts of the data set. */
  source?: 'file' | undefined
  file?: FileReference | undefined
  /** Column with the texts; absent: as suggested. */
  text?: string | undefined
  /** Of the new model. */
  name?: string | undefined
  changes?: RecipeChanges | undefined
}

/** All that the stepper knows. */
export interface Draft {
  file?: FileReference
  encoding?: string
  delimiter?: string
  /** Columns and separator as chosen; 'none' = none of them. */
  text?: string
  target?: string
  task?: string
  context?: string
  group?: string
  separator?: string
  dataset?: string
  model?: string
  adapt?: AdaptationDraft
  strategy?: StrategyId
  changes?: RecipeChanges
  name?: string
  run?: string
}

export type Route =
  | { screen: 'new'; step: Step; draft: Draft }
  | { screen: 'data' }
  | { screen: 'models' }
  | { screen: 'runs' }
  | { screen: 'run'; id: string; view: RunView | null }
  | { screen: 'use'; run: string | null }
  | { screen: 'settings' }

const changesSchema = recipeRequestSchema.omit({ datasetId: true, modelId: true, strategy: true, task: true })
const adaptationSchema = z.object({
  source: z.literal('file').optional(),
  file: fileReferenceSchema.optional(),
  text: z.string().optional(),
  name: z.string().max(120).optional(),
  changes: changesSchema.optional(),
})
const plainKeys = [
  ...(['encoding', 'delimiter', 'task', 'text', 'target', 'context', 'group', 'separator'] as const),
  ...(['dataset', 'model', 'name', 'run'] as const),
]

/** The stepper with everything as a run had it: at Strategy, or at Model where it adapted one. */
export function repeatRoute({ recipe, adaptation }: Pick<Run, 'recipe' | 'adaptation'>): Route {
  const { datasetId, modelId, strategy, task: _, ...changes } = recipe
  if (adaptation !== null) {
    const { options: __, template: ___, labelWeights: ____, ...fields } = changes
    const dataset = datasetId === '' ? adaptation.exceptDatasets[0]?.id : datasetId
    const adapt: AdaptationDraft = {
      ...(datasetId === '' ? { source: 'file' } : {}),
      name: adaptation.modelName,
      changes: fields,
    }
    return {
      screen: 'new',
      step: 'model',
      draft: { ...(dataset === undefined ? {} : { dataset }), model: modelId, adapt },
    }
  }
  return { screen: 'new', step: 'strategy', draft: { dataset: datasetId, model: modelId, strategy, changes } }
}

/** Anything unknown leads to the start of a new finetuning; never an error. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [screen, second] = path.split('/').map(decodeURIComponent)
  const parameters = new URLSearchParams(query)
  switch (screen) {
    case 'data':
    case 'models':
    case 'settings':
      return { screen }
    case 'use':
      return { screen, run: parameters.get('run') }
    case 'runs':
      if (second === undefined || second === '') return { screen }
      return { screen: 'run', id: second, view: oneOf(runViews, parameters.get('view')) ?? null }
    default:
      return { screen: 'new', step: oneOf(steps, second) ?? 'data', draft: parseDraft(parameters) }
  }
}

export function hashOf(route: Route): string {
  switch (route.screen) {
    case 'new':
      return withQuery(`#/new/${route.step}`, draftParameters(route.draft))
    case 'run':
      return withQuery(
        `#/runs/${encodeURIComponent(route.id)}`,
        new URLSearchParams(route.view === null ? {} : { view: route.view }),
      )
    case 'use':
      return withQuery('#/use', new URLSearchParams(route.run === null ? {} : { run: route.run }))
    default:
      return `#/${route.screen}`
  }
}

/** Puts a route into the address; `replace` leaves no entry to go back to. */
export function navigate(route: Route, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, '', hashOf(route))
    window.dispatchEvent(new HashChangeEvent('hashchange'))
  } else {
    window.location.hash = hashOf(route)
  }
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash)
  return useMemo(() => parseRoute(hash), [hash])
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

function parseDraft(parameters: URLSearchParams): Draft {
  const draft: Draft = {}
  for (const key of plainKeys) {
    const value = parameters.get(key)
    if (value !== null && value !== '') draft[key] = value
  }
  const strategy = strategyIdSchema.safeParse(parameters.get('strategy'))
  if (strategy.success) draft.strategy = strategy.data
  const file = parseFile(parameters)
  if (file !== undefined) draft.file = file
  const changes = changesSchema.safeParse(parseJson(parameters.get('changes')))
  if (changes.success && Object.keys(changes.data).length > 0) draft.changes = changes.data as RecipeChanges
  const adapt = adaptationSchema.safeParse(parseJson(parameters.get('adapt')))
  if (adapt.success) draft.adapt = adapt.data as AdaptationDraft
  return draft
}

function draftParameters(draft: Draft): URLSearchParams {
  const parameters = new URLSearchParams()
  if (draft.file?.kind === 'example') parameters.set('file', 'example')
  if (draft.file?.kind === 'path') parameters.set('path', draft.file.path)
  if (draft.file?.kind === 'upload') {
    parameters.set('upload', draft.file.uploadId)
    parameters.set('file-name', draft.file.fileName)
  }
  for (const key of [...plainKeys, 'strategy'] as const) {
    const value = draft[key]
    if (value !== undefined && value !== '') parameters.set(key, value)
  }
  if (draft.changes !== undefined && Object.keys(draft.changes).length > 0) {
    parameters.set('changes', JSON.stringify(draft.changes))
  }
  if (draft.adapt !== undefined) parameters.set('adapt', JSON.stringify(draft.adapt))
  return parameters
}

function parseFile(parameters: URLSearchParams): FileReference | undefined {
  if (parameters.get('file') === 'example') return { kind: 'example' }
  const path = parameters.get('path')
  if (path !== null && path !== '') return { kind: 'path', path }
  const uploadId = parameters.get('upload')
  if (uploadId === null || uploadId === '') return undefined
  return { kind: 'upload', uploadId, fileName: parameters.get('file-name') ?? uploadId }
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

function oneOf<Value extends string>(values: readonly Value[], value: string | null | undefined): Value | undefined {
  return values.find((candidate) => candidate === value)
}

function withQuery(path: string, parameters: URLSearchParams): string {
  const query = parameters.toString()
  return query === '' ? path : `${path}?${query}`
}
