/** `fino bench`: the benchmark's own bundle, in a process of its own so that nothing else is measured with it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Context, exitCodes } from './commands'

export async function bench({ application }: Context, builtFolder: string): Promise<number> {
  const child = spawn(process.execPath, [join(builtFolder, 'main', 'bench.js')], {
    stdio: 'inherit',
    env: { ...process.env, FINO_HOME: application.features.workspace.home },
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return code === 0 ? exitCodes.done : exitCodes.failed
}
