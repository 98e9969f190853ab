/** Runs a program to its end and gives back what it said. */
import { spawn } from 'node:child_process'

export interface Answer {
  /** Null when the program is not there or was stopped. */
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

export function runCommand(
  command: readonly string[],
  { signal, environment = process.env }: { signal?: AbortSignal | undefined; environment?: NodeJS.ProcessEnv } = {},
): Promise<Answer> {
  const [program = '', ...parameters] = command
  return new Promise((resolve) => {
    let output = ''
    let errors = ''
    const child = spawn(program, parameters, {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    })
    child.stdout.on('data', (text) => {
      output += text
    })
    child.stderr.on('data', (text) => {
      errors += text
    })
    child.on('error', (error) => resolve({ code: null, output, errors: errors || error.message }))
    child.on('close', (code) => resolve({ code, output, errors }))
  })
}
