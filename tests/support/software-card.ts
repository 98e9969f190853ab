/**
 * A graphics card in software, SwiftShader, which comes with Chromium: what runs on webgpu can be checked for correctness on
 * machines without a card.
 */
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'

const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome']
const driver = 'vk_swiftshader_icd.json'
const folder = folders.find((path) => existsSync(join(path, driver)) && existsSync(join(path, 'libvulkan.so.1')))

/** Null where webgpu can be tried; else why a test is skipped. */
export const softwareCardMissing: string | null =
  process.platform === 'linux' && folder ? null : 'SwiftShader, which comes with Chromium, was not found'

/** For a process of its own: put before it starts. */
export const softwareCardEnvironment: Readonly<Record<string, string>> = folder
  ? { VK_DRIVER_FILES: join(folder, driver), LD_LIBRARY_PATH: folder }
  : {}

/** For this process, before Dawn is loaded: it finds the loader of Vulkan drivers by a name that is known from here on. */
export function offerSoftwareCard(): void {
  if (!folder) return
  process.env.VK_DRIVER_FILES = join(folder, driver)
  const library = { exports: {} }
  try {
    process.dlopen(library, join(folder, 'libvulkan.so.1'), constants.dlopen.RTLD_NOW | neverUnloaded)
  } catch {
    // It is no addon, which Node says when it is loaded already.
  }
}

/** RTLD_NODELETE of glibc. */
const neverUnloaded = 0x1000
