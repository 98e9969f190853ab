/** One worker process: does one job at a time and, when it dies, says how. */
import { type ChildProcess, fork } from 'node:child_process'
import { Failure } from '../../shared/failure'
import type { Log } from '../files/log'
import type { JobName, WorkerMessage, WorkerRequest } from './contract'
import { saysOutOfMemory } from './out-of-memory'
import type { JobHooks } from './trainer'

const keptErrorLines = 40
/** A cancelled job that has not left by then is ended with its process: there is nothing of it to save. */
const cancelGraceMs = 10_000
const terminateGraceMs = 2_000

export interface WorkerOptions {
  workerFile: string
  nodeBinary: string
  environment: NodeJS.ProcessEnv
  log: Log
}

export interface WorkerProcess {
  /** False once the process is gone or going. */
  readonly alive: boolean
  run(id: number, name: JobName, input: unknown, hooks: JobHooks): Promise<unknown>
  stop(id: number): void
  cancel(id: number): void
  end(): Promise<void>
}

interface CurrentJob {
  id: number
  hooks: JobHooks
  cancelled: boolean
  resolve(output: unknown): void
  reject(reason: unknown): void
}

export function startWorker({ workerFile, nodeBinary, environment, log }: WorkerOptions): WorkerProcess {
  const child = fork(workerFile, [], {
    execPath: nodeBinary,
    execArgv: [],
    env: environment,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const errorLines = keepLastLines(child, log)
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)

  let alive = true
  let ending = false
  let current: CurrentJob | undefined
  const exited = new Promise<void>((resolve) => {
    // What it said before it died is still on its way: messages end with `disconnect`, stderr with `close`.
    const disconnected = new Promise<void>((heardAll) => child.once('disconnect', heardAll))
    child.once('close', async (code, signal) => {
      if (child.connected) await disconnected
      leave(describeExit(code, signal, errorLines))
      resolve()
    })
    child.once('error', (error) => {
      leave(new Failure('worker-exited', `The training process could not be started: ${error.message}`))
      resolve()
    })
  })

  function leave(failure: Failure): void {
    alive = false
    process.removeListener('exit', killWithUs)
    if (!ending) log.error({ details: failure.details, stderr: errorLines.join('\n') }, failure.message)
    if (current === undefined) return
    current.reject(current.cancelled ? cancelledFailure() : failure)
    current = undefined
  }

  child.on('message', (message: WorkerMessage) => {
    if (message.kind === 'ready' || message.id !== current?.id) return
    switch (message.kind) {
      case 'progress':
        return hear(({ progress }) => progress?.(message.progress, message.points))
      case 'counted':
        return hear(({ counted }) => counted?.(message.done, message.total))
      case 'checkpoint':
        return hear(({ checkpoint }) => checkpoint?.(message.step, message.byteLength))
      case 'finished':
        current.resolve(message.output)
        current = undefined
        return
      case 'failed':
        current.reject(Failure.from(message.failure))
        current = undefined
        return
      default:
        message satisfies never
    }
  })

  /** What its owner cannot take in (its disk is full, say) ends the job, and with it the process. */
  function hear(tell: (hooks: JobHooks) => void): void {
    if (current === undefined) return
    try {
      tell(current.hooks)
    } catch (thrown) {
      current.reject(thrown)
      current = undefined
      ending = true
      child.kill('SIGKILL')
    }
  }

  const send = (request: WorkerRequest) => {
    if (child.connected) child.send(request, () => undefined)
  }

  return {
    get alive() {
      return alive && !ending
    },
    run: (id, name, input, hooks) =>
      new Promise((resolve, reject) => {
        if (current !== undefined) throw new Error(`The worker does job ${current.id}; it cannot take job ${id}`)
        current = { id, hooks, cancelled: false, resolve, reject }
        send({ kind: 'job', id, name, input })
      }),
    stop(id) {
      if (current?.id === id) send({ kind: 'stop', id })
    },
    cancel(id) {
      if (current?.id !== id || current.cancelled) return
      current.cancelled = true
      send({ kind: 'cancel', id })
      setTimeout(() => {
        if (current?.id === id) {
          ending = true
          child.kill('SIGKILL')
        }
      }, cancelGraceMs).unref()
    },
    async end() {
      ending = true
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), terminateGraceMs)
      await exited
      clearTimeout(force)
    },
  }
}

function cancelledFailure(): Failure {
  return new Failure('cancelled', 'It was cancelled.')
}

function describeExit(code: number | null, signal: NodeJS.Signals | null, errorLines: readonly string[]): Failure {
  const how =
    signal === 'SIGKILL'
      ? 'was killed from outside (SIGKILL), most often because the memory ran out'
      : signal !== null
        ? `was ended by the signal ${signal}`
        : `ended with exit code ${code}`
  if (code !== 0 && errorLines.some(saysOutOfMemory)) {
    return new Failure('out-of-memory', 'The training process ended, since its memory ran out.', {
      exitCode: code,
      signal,
    })
  }
  const lastLine = errorLines.findLast((line) => line.trim() !== '')
  const said = lastLine === undefined || code === 0 ? '' : ` Its last words: ${lastLine.trim().slice(0, 300)}`
  return new Failure('worker-exited', `The training process ${how}.${said}`, { exitCode: code, signal })
}

/** Standard output and error of the worker go to the log; the last lines of error are kept to explain an exit. */
function keepLastLines(child: ChildProcess, log: Log): string[] {
  const lines: string[] = []
  child.stdout?.setEncoding('utf8').on('data', (text: string) => log.debug({ worker: child.pid }, text.trimEnd()))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log.debug({ worker: child.pid }, text.trimEnd())
    lines.push(...text.split('\n').filter((line) => line !== ''))
    lines.splice(0, lines.length - keptErrorLines)
  })
  return lines
}
