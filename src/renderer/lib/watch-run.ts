/** A run as it is now: its record, its curves and its progress; history first, then what happens while one watches. */
import { useEffect, useReducer } from 'react'
import type { FailureRecord } from '../../shared/failure'
import type { MetricPoint, Progress, Run } from '../../shared/run'
import { call, listen } from './api'
import { pageConnection } from './connection'
import { type Curves, mergePoints } from './curves'
import { useQuery } from './query'

export interface WatchedRun {
  run: Run | undefined
  failure: FailureRecord | undefined
  curves: Curves
  progress: Progress | null
  /** False until the history has been read. */
  ready: boolean
}

interface Watch {
  id: string
  curves: Curves
  progress: Progress | null
  ready: boolean
}

type WatchAction =
  | { kind: 'history'; id: string; points: readonly MetricPoint[]; progress: Progress | null }
  | { kind: 'live'; id: string; points: readonly MetricPoint[]; progress: Progress }

const nothing = (id: string): Watch => ({ id, curves: {}, progress: null, ready: false })

/** What is live is newer than any history that arrives after it. */
export function watchReducer(last: Watch, action: WatchAction): Watch {
  const state = last.id === action.id ? last : nothing(action.id)
  switch (action.kind) {
    case 'history':
      return {
        ...state,
        curves: mergePoints(mergePoints({}, action.points), flatten(state.curves)),
        progress: state.progress ?? action.progress,
        ready: true,
      }
    case 'live':
      return { ...state, curves: mergePoints(state.curves, action.points), progress: action.progress }
    default:
      return action satisfies never
  }
}

export function useRun(id: string): WatchedRun {
  const record = useQuery('runs:get', { id }, ['runs:changed'])
  const [watch, dispatch] = useReducer(watchReducer, id, nothing)
  const status = record.value?.status

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new status (resumed, finished) rereads the history
  useEffect(() => {
    let current = true
    const stop = listen('runs:progress', (event) => {
      if (event.id === id) dispatch({ kind: 'live', ...event })
    })
    const read = () =>
      call('runs:history', { id }).then(
        (history) => {
          if (current) dispatch({ kind: 'history', id, ...history })
        },
        () => {
          // The run's own record names what is wrong; without it there is no curve to draw either.
        },
      )
    void read()
    const stopConnection = pageConnection.subscribe(() => {
      if (pageConnection.state() === 'open') void read()
    })
    return () => {
      current = false
      stop()
      stopConnection()
    }
  }, [id, status])

  const { curves, progress, ready } = watch.id === id ? watch : nothing(id)
  return { run: record.value, failure: record.failure, curves, progress, ready }
}

function flatten(curves: Curves): MetricPoint[] {
  return Object.entries(curves).flatMap(([name, curve]) =>
    curve.steps.map((step, index) => ({
      step,
      name: name as MetricPoint['name'],
      value: curve.values[index] ?? Number.NaN,
    })),
  )
}
