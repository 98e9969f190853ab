import { describe, expect, it } from 'vitest'
import { type StepCase, stepCase } from '../../../../../src/main/trainer/jobs/bench/cases'
import type { Measured } from '../../../../../src/main/trainer/jobs/bench/measure'
import { jobTable, markdown, profileTable, stepTable } from '../../../../../src/main/trainer/jobs/bench/table'

const side = (seconds: number, peakMemoryBytes: number): Measured => ({
  seconds,
  processorSeconds: 2 * seconds,
  peakMemoryBytes,
  gflops: 100,
  share: 0.613,
  scores: null,
  device: 'CPU',
  versions: {},
})
const work = stepCase('encoder-small', 'lora', 64) as StepCase
const cellsOf = (text: string, line: number) =>
  text
    .split('\n')
    [line]?.split('|')
    .map((cell) => cell.trim())

describe('the table of steps', () => {
  it('says time, ratio, tokens a second, memory and share of the matmul rate', () => {
    const measured = {
      ours: side(0.5, 8e8),
      reference: { ...side(0.8, 1e9), share: 0.4 },
      ratio: 0.6,
      processorRatio: 0.7,
    }
    const text = stepTable([{ kind: 'step', work, backend: 'auto', measured, note: null }])
    expect(cellsOf(text, 2)).toEqual(
      ['', 'encoder-small', '16 x 64', 'lora', 'step', 'auto', '500', '800', '0.60', '0.70', '2048'].concat(
        '800',
        '1000',
        '0.80',
        '61 %',
        '40 %',
        '',
        '',
      ),
    )
  })

  it('leaves the ratios empty without a reference, and says what went wrong', () => {
    const alone = { ours: side(0.5, 8e8), reference: null, ratio: null, processorRatio: null }
    const text = stepTable([
      { kind: 'step', work, backend: 'auto', measured: alone, note: null },
      { kind: 'step', work, backend: 'wasm', measured: null, note: 'The memory ran out.' },
    ])
    expect(cellsOf(text, 2)?.slice(6, 15)).toEqual(['500', '', '', '', '2048', '800', '', '', '61 %'])
    expect(cellsOf(text, 3)?.slice(5)).toEqual(['wasm', ...Array(10).fill(''), 'The memory ran out.', ''])
  })
})

it('the table of jobs says seconds and how well both sides answered', () => {
  const scored = (accuracy: number) => ({ ...side(60, 1e9), scores: { loss: 0.7, accuracy } })
  const measured = { ours: scored(0.512), reference: scored(0.508), ratio: 0.5, processorRatio: 0.4 }
  const text = jobTable([
    { kind: 'job', model: 'encoder-small', strategy: 'full', backend: 'auto', measured, note: null },
  ])
  expect(cellsOf(text, 2)).toEqual([
    '',
    'encoder-small',
    'full',
    'auto',
    '60',
    '60',
    '0.50',
    '0.40',
    '1000',
    '1000',
    '1.00',
    '0.512',
    '0.508',
    '',
    '',
  ])
})

it('the profile adds up: what is too short for a line of its own, and what is outside operations', () => {
  const operations = [
    { name: 'BatchMatMul', count: 90, seconds: 0.6 },
    { name: 'Add', count: 50, seconds: 0.1 },
    { name: 'Cast', count: 2, seconds: 0.001 },
    { name: 'Pack', count: 1, seconds: 0.001 },
  ]
  const text = profileTable({ seconds: 1, operations })
  const rows = text.split('\n').slice(2)
  expect(
    rows.map((row) =>
      row
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, 5),
    ),
  ).toEqual([
    ['BatchMatMul', '90', '600.0', '60 %'],
    ['Add', '50', '100.0', '10 %'],
    ['2 others', '3', '2.0', '0 %'],
    ['outside operations', '', '298.0', '30 %'],
  ])
})

it('columns stand one below the other', () => {
  const lines = markdown(['a', 'long head'], [['longer cell', '1']]).split('\n')
  expect(new Set(lines.map((line) => line.length)).size).toBe(1)
})
