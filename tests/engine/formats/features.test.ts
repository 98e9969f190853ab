import { describe, expect, it } from 'vitest'
import { type FeatureModel, fromFeatures, toFeatures } from '../../../src/main/engine/formats/features'

const model: FeatureModel = {
  encoder: { name: 'starter', sha256: 'abc' },
  pooling: 'mean',
  maxLength: 64,
  problem: { kind: 'single-label', labels: ['a', 'b'] },
  weight: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 0.1) },
  bias: { shape: [2], data: Float32Array.of(-1, 1 / 3) },
}

describe('features', () => {
  it('are written one row an output and come back bit for bit through JSON', () => {
    const written = toFeatures(model)
    expect(written.coefficients[0]).toEqual([1, 3, 5])
    expect(written.coefficients[1]?.slice(0, 2)).toEqual([2, 4])
    expect(fromFeatures(JSON.parse(JSON.stringify(written)))).toEqual(model)
  })

  const written = toFeatures(model)
  it.each([
    { format: 'other' },
    { pooling: 'max' },
    { problem: { kind: 'single-label', labels: ['a'] } },
    { problem: { kind: 'instruction', template: '{prompt}' } },
    { coefficients: [[1, 2], [3]] },
    { coefficients: [] },
    { intercepts: [1, null] },
    { encoder: null },
  ])('are refused with %o', (change) => {
    expect(() => fromFeatures({ ...written, ...change })).toThrow(/not a complete/)
  })

  it("are read with the first version's labels", () => {
    const { problem: _, ...rest } = written
    expect(fromFeatures({ ...rest, version: 1, labels: ['a', 'b'] }).problem).toEqual(model.problem)
  })
})
