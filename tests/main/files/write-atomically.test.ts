import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeAtomically, writeFolderAtomically } from '../../../src/main/files/write-atomically'
import { describeBytes } from '../../../src/main/files/write-failure'
import { Failure } from '../../../src/shared/failure'
import { asOrdinaryPerson, failureOf, mountSmallDisk, temporaryFolder } from '../../support/files'

function* endsWithFullDisk() {
  yield 'the first half'
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
}

describe('writeAtomically', () => {
  it('writes text, bytes and parts, replaces what was there, and creates folders', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'a', 'b', 'file.txt')
    await writeAtomically(file, 'olá')
    expect(await readFile(file, 'utf8')).toBe('olá')
    await writeAtomically(file, new Uint8Array([1, 2, 3]))
    expect([...(await readFile(file))]).toEqual([1, 2, 3])
    await writeAtomically(file, ['one\n', 'two\n'])
    expect(await readFile(file, 'utf8')).toBe('one\ntwo\n')
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file.txt'])
  })

  it('writes one file from many callers at once, whole', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'file.txt')
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000))
    await Promise.all(texts.map((text) => writeAtomically(file, text)))
    expect(texts).toContain(await readFile(file, 'utf8'))
    expect(await readdir(folder)).toEqual(['file.txt'])
  })

  it('keeps the old content and no leftovers when the disk fills up half-way', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'file.txt')
    await writeFile(file, 'old')
    const failure = await failureOf(writeAtomically(file, endsWithFullDisk()))
    expect(failure.code).toBe('disk-full')
    expect(failure.message).toContain(file)
    expect(failure.message).toMatch(/only .* are free/)
    expect(failure.message).toContain('Free some space')
    expect(failure.details.freeBytes).toBeGreaterThan(0)
    expect(await readdir(folder)).toEqual(['file.txt'])
    expect(await readFile(file, 'utf8')).toBe('old')
  })

  it('says how much a really full disk lacks', async (context) => {
    const folder = await temporaryFolder()
    if (!mountSmallDisk(folder)) return context.skip('this machine lets no test mount a small disk')
    const file = join(folder, 'file.bin')
    await writeAtomically(file, 'old')
    const failure = await failureOf(writeAtomically(file, new Uint8Array(3_000_000)))
    expect(failure.code).toBe('disk-full')
    expect(failure.message).toContain('3.0 MB are needed')
    expect(failure.details.neededBytes).toBe(3_000_000)
    expect(failure.details.freeBytes).toBeLessThan(1_100_000)
    expect(await readdir(folder)).toEqual(['file.bin'])
    expect(await readFile(file, 'utf8')).toBe('old')
  })

  it('names the folder that it may not write', async () => {
    const folder = await temporaryFolder()
    await chmod(folder, 0o555)
    const failure = await asOrdinaryPerson(() => failureOf(writeAtomically(join(folder, 'file.txt'), 'new')))
    expect(failure).toMatchObject({ code: 'write-failed', details: { reason: 'EACCES' } })
    expect(failure.message).toContain(join(folder, 'file.txt'))
    expect(failure.message).toContain('choose another folder')
    expect(await readdir(folder)).toEqual([])
  })

  it('names a file that stands where a folder should', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), 'old')
    const failure = await failureOf(writeAtomically(join(folder, 'file', 'inside.txt'), 'new'))
    expect(failure.code).toBe('write-failed')
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('old')
  })

  it('passes on what is no error of the disk', async () => {
    const folder = await temporaryFolder()
    const parts = (function* () {
      yield 'some'
      throw new Failure('cancelled', 'Stopped.')
    })()
    expect((await failureOf(writeAtomically(join(folder, 'file.txt'), parts))).code).toBe('cancelled')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('writeFolderAtomically', () => {
  it('shows the folder only when it is whole, and replaces an old one', async () => {
    const parent = await temporaryFolder()
    const target = join(parent, 'best')
    await writeFolderAtomically(target, async (temporary) => {
      await mkdir(join(temporary, 'inner'))
      await writeFile(join(temporary, 'inner', 'one'), '1')
      expect((await readdir(parent)).includes('best')).toBe(false)
    })
    await writeFolderAtomically(target, (temporary) => writeFile(join(temporary, 'two'), '2'))
    expect(await readdir(target)).toEqual(['two'])
    expect(await readdir(parent)).toEqual(['best'])
  })

  it.runIf(process.platform === 'linux')('keeps the old folder when the disk is full', async () => {
    const parent = await temporaryFolder()
    const target = join(parent, 'best')
    await writeFolderAtomically(target, (temporary) => writeFile(join(temporary, 'one'), '1'))
    const failure = await failureOf(
      writeFolderAtomically(
        target,
        async (temporary) => {
          await writeFile(join(temporary, 'one'), 'new')
          await symlink('/dev/full', join(temporary, 'two'))
          await writeFile(join(temporary, 'two'), 'more than fits')
        },
        { neededBytes: 270_000_000 },
      ),
    )
    expect(failure.code).toBe('disk-full')
    expect(failure.message).toContain('270 MB are needed')
    expect(await readFile(join(target, 'one'), 'utf8')).toBe('1')
    expect(await readdir(parent)).toEqual(['best'])
  })

  it('throws on what the writer throws and leaves nothing', async () => {
    const parent = await temporaryFolder()
    const work = writeFolderAtomically(join(parent, 'best'), async (temporary) => {
      await writeFile(join(temporary, 'one'), '1')
      throw new Failure('cancelled', 'Stopped.')
    })
    expect((await failureOf(work)).code).toBe('cancelled')
    expect(await readdir(parent)).toEqual([])
  })

  it('fails where it may not write', async () => {
    const parent = await temporaryFolder()
    await chmod(parent, 0o555)
    const work = () => writeFolderAtomically(join(parent, 'best'), async () => undefined)
    const failure = await asOrdinaryPerson(() => failureOf(work()))
    expect(failure.code).toBe('write-failed')
    expect(await readdir(parent)).toEqual([])
  })
})

it('describes bytes as file managers do', () => {
  expect([0, 999, 1000, 12_345, 999_499, 1_000_000, 270_000_000, 1_440_000_000].map(describeBytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '12 kB',
    '999 kB',
    '1.0 MB',
    '270 MB',
    '1.4 GB',
  ])
})
