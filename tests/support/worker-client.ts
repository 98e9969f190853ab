/** Talks to a real worker process as its owner does. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { JobName, Jobs, WorkerMessage, WorkerRequest } from '../../src/main/trainer/contract'
import { Failure } from '../../src/shared/failure'

export interface WorkerClient {
  readonly process: ChildProcess
  run<Name extends JobName>(
    name: Name,
    input: Jobs[Name]['input'],
    hear?: (message: WorkerMessage, ask: (kind: 'stop' | 'cancel') => void) => void,
  ): Promise<Jobs[Name]['output']>
  end(): Promise<void>
}

export function startWorkerClient(file: string, environment: NodeJS.ProcessEnv = process.env): WorkerClient {
  const child = fork(file, [], {
    serialization: 'advanced',
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let lastId = 0
  const send = (request: WorkerRequest) => void child.send(request)
  return {
    process: child,
    run: (name, input, hear) =>
      new Promise((resolve, reject) => {
        lastId += 1
        const id = lastId
        const leave = () => {
          child.off('message', listen)
          child.off('exit', died)
        }
        const died = () => {
          leave()
          reject(new Failure('worker-exited', 'the worker died'))
        }
        const listen = (message: WorkerMessage) => {
          if (message.kind === 'ready' || message.id !== id) return
          hear?.(message, (kind) => send({ kind, id }))
          if (message.kind === 'finished') {
            leave()
            resolve(message.output as never)
          } else if (message.kind === 'failed') {
            leave()
            reject(Failure.from(message.failure))
          }
        }
        child.on('message', listen)
        child.on('exit', died)
        send({ kind: 'job', id, name, input })
      }),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}
