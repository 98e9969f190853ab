/** The renderer's only way out: commands to the application and events from it. */
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  EventName,
  EventPayload,
  FinoBridge,
} from '../../shared/contract'
import { Failure } from '../../shared/failure'

declare global {
  interface Window {
    /** Given by Electron's preload; the browser bridge takes its place where it is absent. */
    readonly fino?: FinoBridge
  }
}

let bridge: FinoBridge | undefined

/** Called once, before the first screen is drawn. */
export function connectBridge(given: FinoBridge): void {
  bridge = given
}

function connected(): FinoBridge {
  if (bridge === undefined) throw new Error('api: connectBridge must be called before the first command')
  return bridge
}

/** Runs a command. Throws the `Failure` that the application answered with. */
export async function call<Name extends CommandName>(
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandOutput<Name>> {
  const outcome = await connected().invoke(name, input)
  if (outcome.ok) return outcome.value
  throw Failure.from(outcome.failure)
}

/** Listens to an event; returns the function that stops listening. */
export function listen<Name extends EventName>(
  name: Name,
  listener: (payload: EventPayload<Name>) => void,
): () => void {
  return connected().on(name, listener)
}

/** The path behind a dropped or chosen file; empty in a browser. */
export function pathOf(file: File): string {
  return connected().pathOf(file)
}
