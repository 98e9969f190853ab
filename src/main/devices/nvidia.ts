/** The NVIDIA cards of this machine, as far as their driver is there. */
import type { Card } from '../../shared/device'
import { Failure } from '../../shared/failure'
import { runCommand } from './acceleration/run-command'

/** What asks the driver: on Windows' Linux it is on no path. */
const tools = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'] as const
/** The first driver that runs CUDA 12. */
const oldestDriver = 525

/** Empty where no driver answers. Takes a moment where one does. */
export async function findCards(environment: NodeJS.ProcessEnv = process.env): Promise<Card[]> {
  for (const tool of tools) {
    const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']
    const { code, output } = await runCommand([tool, ...query], { environment })
    if (code === 0) return readCards(output)
  }
  return []
}

/** @param answer of nvidia-smi: name, MiB and driver, one card a line */
export function readCards(answer: string): Card[] {
  return answer.split('\n').flatMap((line) => {
    const [name = '', mebibytes = '', driver = ''] = line.split(',').map((part) => part.trim())
    const memoryBytes = Number(mebibytes) * 2 ** 20
    return name && driver ? [{ name, memoryBytes: Number.isFinite(memoryBytes) ? memoryBytes : 0, driver }] : []
  })
}

/** @throws Failure acceleration-failed with what is missing for CUDA. */
export async function requireCard(find: () => Promise<Card[]> = findCards): Promise<void> {
  const [card] = await find()
  if (!card) {
    throw new Failure(
      'acceleration-failed',
      "No NVIDIA card answers on this machine: nvidia-smi, which comes with NVIDIA's driver, is missing or finds none. " +
        'Install the driver (Debian: apt install nvidia-driver; Ubuntu: ubuntu-drivers install), start the machine anew and try again, ' +
        'or install the acceleration for the processor: fino accelerate.',
      { card: false },
    )
  }
  if (Number.parseInt(card.driver, 10) >= oldestDriver) return
  throw new Failure(
    'acceleration-failed',
    `The driver of ${card.name} is version ${card.driver}, and CUDA 12 needs ${oldestDriver} or newer. Update NVIDIA's driver and try again, ` +
      'or install the acceleration for the processor: fino accelerate.',
    { driver: card.driver },
  )
}
