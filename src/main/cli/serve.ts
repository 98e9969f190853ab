/** `fino serve`: the browser host, until it is interrupted. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { serve as serveBrowser } from '../serve'
import { type Context, exitCodes } from './commands'

export async function serve(
  { application, output }: Context,
  { port, open, builtFolder }: { port: number; open?: boolean; builtFolder: string },
): Promise<number> {
  const host = await serveBrowser(application, { port, rendererFolder: join(builtFolder, 'renderer') })
  output.answer({ url: host.url, port: host.port }, () => `Fino is open at ${host.url}\nPress Ctrl-C to close it.`)
  if (open) openBrowser(host.url)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
  await host.close()
  return exitCodes.done
}

/** Where there is no browser to open, the printed address is enough. */
function openBrowser(url: string): void {
  const [command, parameters] =
    process.platform === 'win32'
      ? ['cmd', ['/c', 'start', '', url.replaceAll('&', '^&')]]
      : [process.platform === 'darwin' ? 'open' : 'xdg-open', [url]]
  spawn(command as string, parameters as string[], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}
