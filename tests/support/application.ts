/** An application in a folder of its own, with a trainer that the test scripts. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Application, type Host, openApplication } from '../../src/main/application'
import { createLog } from '../../src/main/files/log'
import type { Trainer } from '../../src/main/trainer/trainer'
import { type CommandInput, type CommandName, type CommandOutput, commands } from '../../src/shared/contract'
import type { FailureRecord, Outcome } from '../../src/shared/failure'

export const browserHost: Host = {
  kind: 'browser',
  systemLanguage: 'en',
  chooseFolder: async () => null,
  reveal: async () => undefined,
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'fino-test-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export function openTestApplication(home: string, trainer: Trainer, host: Host = browserHost): Promise<Application> {
  return openApplication({ home, host, trainer, log: createLog('silent') })
}

/** The value of a command, checked against the contract; throws where it failed. */
export async function ask<Name extends CommandName>(
  application: Application,
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandOutput<Name>> {
  const outcome = await application.invoke(name, input)
  if (!outcome.ok) throw new Error(`${name}: ${outcome.failure.code}: ${outcome.failure.message}`)
  return commands[name].output.parse(outcome.value) as CommandOutput<Name>
}

export async function failureOf(outcome: Promise<Outcome<unknown>>): Promise<FailureRecord> {
  const result = await outcome
  if (result.ok) throw new Error(`it succeeded with ${JSON.stringify(result.value)}`)
  return result.failure
}
