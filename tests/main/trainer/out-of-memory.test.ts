import { expect, test } from 'vitest'
import { saysOutOfMemory } from '../../../src/main/trainer/out-of-memory'

test.each([
  'OOM when allocating tensor with shape[16,12,512,512] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
  'RESOURCE_EXHAUSTED: failed to allocate memory',
  'Graph execution error: ResourceExhaustedError',
  'Allocator (GPU_0_bfc) ran out of memory trying to allocate 1.50GiB',
  'failed to allocate 1.2G (1288490188 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory',
  'failed to create cublas handle: CUBLAS_STATUS_ALLOC_FAILED',
  'Dst tensor is not initialized.',
  'std::bad_alloc',
])('a lack of memory: %s', (message) => {
  expect(saysOutOfMemory(message)).toBe(true)
})

test.each(['the room is dark', 'CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected', 'Bloom filter', 'NaN'])(
  'something else: %s',
  (message) => {
    expect(saysOutOfMemory(message)).toBe(false)
  },
)
