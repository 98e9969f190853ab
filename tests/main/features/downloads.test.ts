import { expect, test } from 'vitest'
import { downloadsHere } from '../../../src/main/features/devices'

test('says how much each build downloads, where one runs', () => {
  expect(downloadsHere('linux', 'x64')).toEqual([
    { build: 'cpu', byteLength: 273_829_956 },
    { build: 'cuda', byteLength: 3_379_082_848 },
  ])
  expect(downloadsHere('darwin', 'arm64')).toEqual([])
})
