/** The child process that computes: takes one job at a time from its parent and tells how it goes. Plain Node. */
import { Failure } from '../../shared/failure'
import type { JobName, WorkerMessage, WorkerRequest } from './contract'
import { jobs } from './jobs'
import type { Job, JobContext } from './jobs/context'
import { describeFailure } from './jobs/failures'
import { createReporter } from './jobs/reporter'

const send = (message: WorkerMessage) => void process.send?.(message)

interface CurrentJob {
  readonly id: number
  readonly stop: { requested: 'stop' | 'cancel' | null }
}

let current: CurrentJob | null = null

async function work(request: Extract<WorkerRequest, { kind: 'job' }>): Promise<void> {
  const { id, name, input } = request
  if (current) {
    const busy = new Failure('run-state', `The worker is doing job ${current.id}; it takes one at a time.`)
    return send({ kind: 'failed', id, failure: busy.toRecord() })
  }
  const stop: CurrentJob['stop'] = { requested: null }
  current = { id, stop }
  const reporter = createReporter(id, send, () => performance.now())
  const context: JobContext = {
    stop,
    progress: reporter.progress,
    counted: reporter.counted,
    checkpoint: reporter.checkpoint,
    flush: reporter.flush,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  }
  try {
    const job = jobs[name] as Job<JobName> | undefined
    if (!job) throw new Error(`there is no job ${name}`)
    const output = await job(input as never, context)
    reporter.flush()
    current = null
    send({ kind: 'finished', id, output })
  } catch (thrown) {
    reporter.flush()
    current = null
    const failure = describeFailure(thrown)
    // A mistake of ours: its trace is for the log, which reads this process' standard error.
    if (failure.code === 'internal') console.error(thrown)
    send({ kind: 'failed', id, failure })
  }
}

process.on('message', (request: WorkerRequest) => {
  switch (request.kind) {
    case 'job':
      void work(request)
      break
    case 'stop':
    case 'cancel':
      // Cancelling wins over stopping.
      if (current?.id === request.id && current.stop.requested !== 'cancel') current.stop.requested = request.kind
      break
    default:
      request satisfies never
  }
})
// Whoever asked is gone; what was saved is on the disk.
process.on('disconnect', () => process.exit(0))
send({ kind: 'ready' })
