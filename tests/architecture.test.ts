/** The map of docs/architecture.md, executed: who may import whom, how files are named, how long they may be. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const sourceFolder = join(root, 'src')

interface SourceFile {
  /** Path below src, with forward slashes. */
  path: string
  lines: number
  /** Imported modules: paths below src for our own, package names for others. */
  imports: string[]
}

const files = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path))
  .map(readSource)

function readSource(path: string): SourceFile {
  const text = readFileSync(join(sourceFolder, path), 'utf8')
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map((match) => match[1] ?? '')
  const imports = specifiers.map((specifier) =>
    specifier.startsWith('.') ? relative(sourceFolder, resolve(sourceFolder, dirname(path), specifier)) : specifier,
  )
  return { path, lines: text.split('\n').length - 1, imports: imports.map((item) => item.replaceAll('\\', '/')) }
}

const isOwn = (specifier: string) => /^(shared|main|preload|renderer)(\/|$)/.test(specifier)
const isNode = (specifier: string) => specifier.startsWith('node:')
const under =
  (...folders: string[]) =>
  (specifier: string) =>
    folders.some((folder) => specifier === folder || specifier.startsWith(`${folder}/`))
const packages =
  (...names: string[]) =>
  (specifier: string) =>
    names.some((name) => specifier === name || specifier.startsWith(`${name}/`))
const anyPackageBut =
  (...names: string[]) =>
  (specifier: string) =>
    !isOwn(specifier) && !packages(...names)(specifier)

type Allowed = (specifier: string, file: SourceFile) => boolean
interface Room {
  name: string
  holds: (path: string) => boolean
  mayImport: Allowed
}

const screen = (path: string) => path.split('/')[2] ?? ''
const nodeSide = anyPackageBut('electron', 'react', '@mantine')

/** First match wins. */
const rooms: Room[] = [
  { name: 'shared', holds: under('shared'), mayImport: (to) => under('shared')(to) || packages('zod')(to) },
  {
    name: 'engine',
    holds: under('main/engine'),
    mayImport: (to) => under('shared', 'main/engine')(to) || packages('@tensorflow')(to),
  },
  {
    name: 'store, files, data, quote, baselines',
    holds: under('main/store', 'main/files', 'main/data', 'main/quote', 'main/baselines'),
    mayImport: (to, file) =>
      under('shared', 'main/files', file.path.split('/').slice(0, 2).join('/'))(to) || nodeSide(to),
  },
  {
    name: 'devices',
    holds: under('main/devices'),
    mayImport: (to) => under('shared', 'main/files', 'main/devices', 'main/engine/backends')(to) || nodeSide(to),
  },
  {
    name: 'worker',
    holds: (path) => under('main/trainer/worker.ts', 'main/trainer/jobs', 'main/trainer/tokenizer.ts')(path),
    mayImport: (to) =>
      under('shared', 'main/files', 'main/devices', 'main/engine', 'main/baselines', 'main/trainer')(to) ||
      nodeSide(to),
  },
  {
    name: 'trainer',
    holds: under('main/trainer'),
    mayImport: (to) =>
      (under('shared', 'main/files', 'main/trainer')(to) && !under('main/trainer/jobs')(to)) || nodeSide(to),
  },
  {
    name: 'features',
    holds: under('main/features'),
    mayImport: (to) =>
      under(
        'shared',
        'main/store',
        'main/files',
        'main/data',
        'main/quote',
        'main/trainer',
        'main/devices',
        'main/features',
      )(to) || nodeSide(to),
  },
  {
    name: 'Electron door',
    holds: (path) => path === 'main/index.ts' || under('main/shell')(path),
    mayImport: (to) =>
      under('shared', 'main/application', 'main/shell', 'main/files')(to) || isNode(to) || to === 'electron',
  },
  {
    name: 'application and the other doors',
    holds: under('main'),
    mayImport: (to) => (under('shared', 'main')(to) && !under('main/shell', 'main/index')(to) ? true : nodeSide(to)),
  },
  { name: 'preload', holds: under('preload'), mayImport: (to) => under('shared')(to) || to === 'electron' },
  {
    name: 'renderer components and lib',
    holds: under('renderer/components', 'renderer/lib'),
    mayImport: (to) =>
      under('shared', 'renderer/components', 'renderer/lib')(to) || (!isNode(to) && anyPackageBut('electron')(to)),
  },
  {
    name: 'renderer features',
    holds: under('renderer/features'),
    mayImport: (to, file) =>
      under('shared', 'renderer/components', 'renderer/lib', `renderer/features/${screen(file.path)}`)(to) ||
      (!isNode(to) && anyPackageBut('electron')(to)),
  },
  {
    name: 'renderer app',
    holds: under('renderer'),
    mayImport: (to) => under('shared', 'renderer')(to) || (!isNode(to) && anyPackageBut('electron')(to)),
  },
]

const roomOf = (file: SourceFile) => rooms.find((room) => room.holds(file.path))

describe('imports', () => {
  it.each(rooms.map((room) => [room.name, room] as const))('%s imports only what it may', (_name, room) => {
    const forbidden = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) => file.imports.filter((to) => !room.mayImport(to, file)).map((to) => `${file.path} -> ${to}`))
    expect(forbidden).toEqual([])
  })

  it('every file stands in a room', () => {
    expect(files.filter((file) => roomOf(file) === undefined).map((file) => file.path)).toEqual([])
  })

  it('only the worker runs the engine', () => {
    const outside = files.filter((file) => !under('main/engine', 'main/trainer', 'main/devices')(file.path))
    const users = outside.filter((file) => file.imports.some(under('main/engine'))).map((file) => file.path)
    expect(users).toEqual([])
  })

  it('only shell/ipc.ts speaks over IPC', () => {
    const speakers = files.filter(({ path }) =>
      /\bipcMain\.|\bwebContents\.send\(/.test(readFileSync(join(sourceFolder, path), 'utf8')),
    )
    expect(speakers.map((file) => file.path)).toEqual(['main/shell/ipc.ts'])
  })
})

describe('names', () => {
  it('no catch-all rooms', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|types)(\/|\.tsx?$)/
    expect(files.filter((file) => vague.test(file.path)).map((file) => file.path)).toEqual([])
  })

  it('modules are kebab-case, components PascalCase', () => {
    const wrong = files.filter(({ path }) => {
      const name = basename(path).replace(/(\.d)?\.tsx?$/, '')
      return path.endsWith('.tsx') ? !/^([A-Z][A-Za-z0-9]*|main)$/.test(name) : !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)
    })
    expect(wrong.map((file) => file.path)).toEqual([])
  })

  it('migrations are numbered without gaps', () => {
    const numbers = readdirSync(join(sourceFolder, 'main/store/migrations'))
      .filter((name) => /^\d/.test(name))
      .map((name) => Number(name.slice(0, 4)))
      .sort((left, right) => left - right)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })
})

describe('budgets', () => {
  const engine = files.filter((file) => under('main/engine')(file.path))

  it('engine files stay below 400 lines, their median below 110', () => {
    expect(engine.filter((file) => file.lines > 400).map((file) => `${file.path}: ${file.lines}`)).toEqual([])
    const lengths = engine.map((file) => file.lines).sort((left, right) => left - right)
    expect(lengths[Math.floor(lengths.length / 2)] ?? 0).toBeLessThanOrEqual(110)
  })

  it('components stay below 250 lines', () => {
    const long = files.filter((file) => file.path.endsWith('.tsx') && file.lines > 250)
    expect(long.map((file) => `${file.path}: ${file.lines}`)).toEqual([])
  })
})
