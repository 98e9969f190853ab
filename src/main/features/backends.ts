/** Which backend a choice comes to on this machine, and how fast it is; measured once and remembered. */
import type { BackendChoice, BackendReport } from '../../shared/device'
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

/** `auto` is tensorflow wherever it is installed, as in the worker. */
function pick(speeds: readonly BackendSpeed[], choice: BackendChoice): BackendSpeed | undefined {
  const find = (wanted: BackendChoice) => speeds.find(({ backend }) => backend === wanted)
  return choice === 'auto' ? (find('tensorflow') ?? find('wasm')) : find(choice)
}
