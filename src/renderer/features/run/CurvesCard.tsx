/** The curves of a run, in tabs; the training loss can be smoothed and seen on a log axis. */
import { Group, Skeleton, Stack, Switch, Tabs, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ProblemKind } from '../../../shared/problem'
import type { MetricName } from '../../../shared/run'
import { Card } from '../../components/Card'
import { type Line, LineChart } from '../../components/LineChart'
import { type Curves, downsample, smooth } from '../../lib/curves'
import { useFormat } from '../../lib/format'

const tabNames = ['loss', 'validation', 'scores', 'error', 'perplexity', 'rate', 'gradient'] as const
type TabName = (typeof tabNames)[number]
type CurveTabs = Readonly<Partial<Record<TabName, readonly MetricName[]>>>

/** Curves that every problem has, and those of its own scores. */
const common = {
  loss: ['train/loss'],
  validation: ['validation/loss'],
  rate: ['train/learning-rate'],
  gradient: ['train/gradient-norm'],
} as const satisfies CurveTabs
const tabsOf: Record<ProblemKind, CurveTabs> = {
  'single-label': { ...common, scores: ['validation/accuracy', 'validation/macro-f1'] },
  'multi-label': { ...common, scores: ['validation/micro-f1', 'validation/macro-f1', 'validation/exact-match'] },
  regression: { ...common, scores: ['validation/r2'], error: ['validation/mean-squared-error'] },
  instruction: { ...common, scores: ['validation/token-accuracy'], perplexity: ['validation/perplexity'] },
  language: { ...common, scores: ['validation/token-accuracy'], perplexity: ['validation/perplexity'] },
}

const none: readonly MetricName[] = []
const height = 280
const pointsDrawn = 1500
const smoothingWeight = 0.9
const lineColours = [0, 1, 2] as const
const colourNames = ['accent', 'warn', 'good'] as const

interface CurvesCardProps {
  kind: ProblemKind
  curves: Curves
  alive: boolean
  ready: boolean
}

export function CurvesCard({ kind, curves, alive, ready }: CurvesCardProps) {
  const { t } = useTranslation()
  const [tab, setTab] = useState<TabName>('loss')
  const [smoothed, setSmoothed] = useState(true)
  const [logarithmic, setLogarithmic] = useState(false)
  const tabs = tabsOf[kind]
  const names = tabNames.filter((name) => tabs[name] !== undefined)
  const noisy = tab === 'loss' || tab === 'gradient'
  return (
    <Card
      title={t('run.curves')}
      aside={
        <Group gap="md" wrap="nowrap">
          {noisy && (
            <Switch
              size="xs"
              label={t('run.smoothing')}
              checked={smoothed}
              onChange={(event) => setSmoothed(event.currentTarget.checked)}
            />
          )}
          <Switch
            size="xs"
            label={t('run.logAxis')}
            checked={logarithmic}
            onChange={(event) => setLogarithmic(event.currentTarget.checked)}
          />
        </Group>
      }
    >
      <Tabs
        value={tab}
        onChange={(value) => setTab(names.find((name) => name === value) ?? 'loss')}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {names.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(kind === 'language' && name === 'scores' ? 'run.tabs.foreseen' : `run.tabs.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {names.map((name) => (
          <Tabs.Panel key={name} value={name}>
            <Plot
              kind={kind}
              curves={curves}
              names={tabs[name] ?? none}
              smoothed={noisy && smoothed}
              logarithmic={logarithmic}
              alive={alive}
              ready={ready}
            />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Card>
  )
}

interface PlotProps {
  kind: ProblemKind
  curves: Curves
  names: readonly MetricName[]
  smoothed: boolean
  logarithmic: boolean
  alive: boolean
  ready: boolean
}

function Plot({ kind, curves, names, smoothed, logarithmic, alive, ready }: PlotProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const lines = useMemo(
    () =>
      names.flatMap((name, order): Line[] => {
        const curve = curves[name]
        if (curve === undefined) return []
        const colour = lineColours[order] ?? 0
        const points = name.startsWith('validation/')
        const foreseen = kind === 'language' && name === 'validation/token-accuracy'
        const words = t(foreseen ? 'run.series.foreseen' : `run.series.${name}`)
        const raw = { ...downsample(curve, pointsDrawn), name: words, colour, points } as const
        if (!smoothed) return [raw]
        const calm = downsample(smooth(curve, smoothingWeight), pointsDrawn)
        return [
          { ...raw, faint: true },
          { ...raw, ...calm, name: `${raw.name}, ${t('run.series.smoothed')}` },
        ]
      }),
    [kind, curves, names, smoothed, t],
  )
  if (!ready && lines.length === 0) return <Skeleton height={height} />
  const begins = names[0]?.startsWith('validation/') ? t('run.noEvaluation') : t('run.noPoints')
  const first = lines.at(-1)
  if (first === undefined) {
    return (
      <Stack h={height} align="center" justify="center">
        <Text c="dimmed">{alive ? begins : t('run.noPointsEver')}</Text>
      </Stack>
    )
  }
  const label = t('run.chartLabel', {
    name: lines.map((line) => line.name).join(', '),
    value: format.significant(first.values.at(-1) ?? 0),
    step: format.number(first.steps.at(-1) ?? 0),
  })
  return (
    <Stack gap={6}>
      <LineChart label={label} lines={lines} logarithmic={logarithmic} height={height} />
      <Group justify="space-between">
        <Group gap="lg">
          {lines
            .filter((line) => line.faint !== true)
            .map((line) => (
              <Group key={line.name} gap={8}>
                <span
                  aria-hidden
                  style={{
                    width: 14,
                    height: 3,
                    borderRadius: 2,
                    background: `var(--fino-${colourNames[line.colour]})`,
                  }}
                />
                <Text size="xs" c="dimmed">
                  {line.name} <b>{format.significant(line.values.at(-1) ?? 0)}</b>
                </Text>
              </Group>
            ))}
        </Group>
        <Text size="xs" c="dimmed">
          {t('run.step')}
        </Text>
      </Group>
    </Stack>
  )
}
