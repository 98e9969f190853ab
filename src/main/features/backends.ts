/** Which backend a choice comes to on this machine, and how fast it is; measured once and remembered. */
import { type BackendChoice, type BackendReport, inSoftware } from '../../shared/device'
import { Failure } from '../../shared/failure'
import type { BackendSpeed, SpeedStore } from '../store/speeds'
import type { Trainer } from '../trainer/trainer'

export interface Backends {
  /** Measures every backend anew. */
  measure(): Promise<BackendReport[]>
  /** Fails with `backend-unavailable`. */
  choose(choice: BackendChoice): Promise<BackendSpeed>
  /** To be called when a backend was installed or removed. */
  forget(): void
}

export function createBackends({ trainer, speeds }: { trainer: Pick<Trainer, 'run'>; speeds: SpeedStore }): Backends {
  async function measure(): Promise<BackendReport[]> {
    const reports = await trainer.run('measure-backends', { measure: true })
    speeds.record(reports, new Date().toISOString())
    return reports
  }

  return {
    measure,
    forget: () => speeds.clear(),
    async choose(choice) {
      const known = pick(speeds.list(), choice)
      if (known !== undefined) return known
      const reports = await measure()
      const found = pick(speeds.list(), choice)
      if (found !== undefined) return found
      const reason = reports.find(({ id }) => id === choice)?.reason ?? 'Run `fino doctor` to see why.'
      throw new Failure('backend-unavailable', `The backend ${choice} cannot run here. ${reason}`, { backend: choice })
    },
  }
}

/** What is chosen automatically has been measured; a job told `auto` before that chooses for itself (devices/start-backend.ts). */
export function withChosenBackend(trainer: Trainer, speeds: SpeedStore): Trainer {
  const start: Trainer['start'] = (name, input, hooks) => trainer.start(name, decided(input), hooks)
  return { start, run: (name, input, hooks) => start(name, input, hooks).done, close: trainer.close }

  function decided<Input extends object>(input: Input): Input {
    const auto = pick(speeds.list(), 'auto')?.backend
    if (auto === undefined) return input
    const { backend, recipe } = input as { backend?: BackendChoice; recipe?: { backend?: BackendChoice } }
    if (backend === 'auto') return { ...input, backend: auto }
    return recipe?.backend === 'auto' ? { ...input, recipe: { ...recipe, backend: auto } } : input
  }
}

/**
 * `auto` is tensorflow wherever it is installed, and else wasm; a graphics card through webgpu in place of them where its
 * products are so much faster that more small operations, each of which is sent to the card, cannot outweigh it.
 */
function pick(speeds: readonly BackendSpeed[], choice: BackendChoice): BackendSpeed | undefined {
  const find = (wanted: BackendChoice) => speeds.find(({ backend }) => backend === wanted)
  if (choice !== 'auto') return find(choice)
  const [first, card] = [find('tensorflow') ?? find('wasm'), find('webgpu')]
  if (!card || card.device.endsWith(inSoftware)) return first
  return !first || card.gflops > cardAdvantage * first.gflops ? card : first
}

const cardAdvantage = 2
