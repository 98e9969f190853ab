/** A last line for logs, "N passed, N failed", from either runner. */
import type { FullResult, Reporter as PlaywrightReporter, TestCase } from '@playwright/test/reporter'
import type { TestModule, Reporter as VitestReporter } from 'vitest/node'

export default class CountTests implements PlaywrightReporter, VitestReporter {
  private passed = 0
  private failed = 0
  private readonly ended = new Map<string, TestCase>()

  /** Playwright, once a try. */
  onTestEnd(test: TestCase): void {
    this.ended.set(test.id, test)
  }

  /** Playwright. */
  onEnd(_result: FullResult): void {
    for (const test of this.ended.values()) {
      if (test.outcome() === 'unexpected') this.failed += 1
      else if (test.outcome() !== 'skipped') this.passed += 1
    }
    this.write()
  }

  /** Vitest. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      this.passed += tests.filter((test) => test.result().state === 'passed').length
      this.failed += tests.filter((test) => test.result().state === 'failed').length
      // A file that could not be loaded counts as one failure.
      if (module.state() === 'failed' && tests.every((test) => test.result().state !== 'failed')) this.failed += 1
    }
    this.write()
  }

  printsToStdio(): boolean {
    return false
  }

  private write(): void {
    process.stdout.write(`${this.passed} passed, ${this.failed} failed\n`)
  }
}
