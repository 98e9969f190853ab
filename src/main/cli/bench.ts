/** `fino bench`: the benchmark's own bundle, in a process of its own so that nothing else is measured with it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Context, exitCodes } from './commands'

/** @param words its options, as `npm run bench` takes them */
export async function bench({ application }: Context, builtFolder: string, words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(builtFolder, 'main', 'bench.js'), ...words], {
    stdio: 'inherit',
    env: { ...process.env, FINO_HOME: application.features.workspace.home },
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return code ?? exitCodes.failed
}
