/** Asks a process that answers lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Failure } from '../../../../shared/failure'
import type { Answers, Question } from './subject'

export interface Subject {
  /** Fails with what the other side says went wrong, or how it died. One question at a time. */
  ask<Name extends Question['do']>(question: Extract<Question, { do: Name }>): Promise<Answers[Name]>
  /** After the last question: it is gone when this resolves. */
  end(): Promise<void>
}

const keptErrorLines = 12

export function startSubject(command: string, words: readonly string[], environment: NodeJS.ProcessEnv): Subject {
  const child = spawn(command, words, { env: { ...process.env, ...environment }, stdio: 'pipe' })
  const complaints: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints.push(line)
    if (complaints.length > keptErrorLines) complaints.shift()
  })
  const gone = exitOf(child)
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const { value, done } = await answers.next()
      if (done) throw new Failure('worker-exited', `${command} ${await gone}: ${complaints.join('\n')}`)
      const answer = JSON.parse(value) as { error?: string }
      if (answer.error !== undefined) throw new Failure('worker-exited', answer.error)
      return answer as never
    },
    async end() {
      child.stdin.end()
      await gone
    },
  }
}

/** How it ended, in words. */
function exitOf(child: ChildProcess): Promise<string> {
  // What is written to a process that is gone is lost; that it is gone shows when its answer is read.
  child.stdin?.on('error', () => undefined)
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`did not start (${error.message})`))
    child.once('close', (code, signal) => resolve(`ended with ${signal ?? code}`))
  })
}
