/** Curves over steps that grow while one watches; ten thousand points stay fluent. */
import { Skeleton, useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useFormat } from '../lib/format'

export interface Line {
  name: string
  steps: readonly number[]
  values: readonly number[]
  /** Faint: the raw values behind a smoothed line. */
  faint?: boolean
  /** Which of the chart's colours. */
  colour: 0 | 1 | 2
  points?: boolean
}

interface LineChartProps {
  label: string
  lines: readonly Line[]
  logarithmic: boolean
  height: number
}

export function LineChart({ label, lines, logarithmic, height }: LineChartProps) {
  const { ref, width } = useElementSize()
  const holder = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(null)
  const scheme = useComputedColorScheme('light')
  const format = useFormat()
  const shape = lines
    .map((line) => `${line.name}:${line.faint === true}:${line.colour}:${line.points === true}`)
    .join('|')
  const latest = useRef(lines)
  latest.current = lines

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the lines; their points follow below
  useEffect(() => {
    if (holder.current === null || width === 0) return
    const made = new uPlot(
      options({
        width,
        height,
        lines: latest.current,
        logarithmic,
        dark: scheme === 'dark',
        write: format.significant,
      }),
      align(latest.current),
      holder.current,
    )
    chart.current = made
    return () => {
      made.destroy()
      chart.current = null
    }
  }, [width, height, shape, logarithmic, scheme, format])

  useEffect(() => {
    chart.current?.setData(align(lines))
  }, [lines])

  return (
    <div ref={ref} style={{ height, width: '100%' }}>
      {width === 0 ? <Skeleton height={height} /> : <div ref={holder} role="img" aria-label={label} />}
    </div>
  )
}

/** One ascending list of steps for all lines, gaps as null: uPlot's layout. */
function align(lines: readonly Line[]): uPlot.AlignedData {
  const tables = lines.map(
    (line): uPlot.AlignedData => [[...line.steps], line.values.map((value) => (Number.isFinite(value) ? value : null))],
  )
  if (tables.length === 0) return [[], []]
  return tables.length === 1 ? (tables[0] as uPlot.AlignedData) : uPlot.join(tables)
}

interface Drawing {
  width: number
  height: number
  lines: readonly Line[]
  logarithmic: boolean
  dark: boolean
  write(value: number): string
}

function options({ width, height, lines, logarithmic, dark, write }: Drawing): uPlot.Options {
  const ink = dark ? '#a2a3a1' : '#6a655c'
  const grid = { stroke: dark ? '#24272b' : '#eeebe4', width: 1 }
  const colours = dark ? ['#56afbd', '#dda32c', '#7fae6a'] : ['#11677a', '#c48a17', '#4c7a3a']
  const axis: uPlot.Axis = { stroke: ink, grid, ticks: { show: false }, font: '12px sans-serif', gap: 8 }
  return {
    width,
    height,
    padding: [12, 16, 0, 0],
    cursor: { y: false, points: { size: 7 } },
    legend: { show: false },
    scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : {} },
    axes: [
      { ...axis, size: 30, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? write(tick) : '')) },
      { ...axis, size: widthOf, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : write(tick))) },
    ],
    series: [
      {},
      ...lines.map((line): uPlot.Series => {
        const colour = colours[line.colour] ?? ink
        return {
          label: line.name,
          stroke: line.faint === true ? `${colour}70` : colour,
          width: line.faint === true ? 1 : 2,
          spanGaps: true,
          points: { show: line.points === true || line.steps.length < 3, size: 6, fill: colour },
        }
      }),
    ],
    plugins: [readout(lines, write)],
  }
}

/** What an axis of these labels needs, in pixels, so that the curve begins where the card's text does. */
function widthOf(_: uPlot, labels: string[] | null): number {
  return 12 + 7 * Math.max(2, ...(labels ?? []).map((label) => label.length))
}

/** Names the values under the pointer, in a corner where it hides no curve. */
function readout(lines: readonly Line[], write: (value: number) => string): uPlot.Plugin {
  const box = document.createElement('div')
  box.style.cssText = 'position:absolute;top:4px;right:8px;font-size:12px;pointer-events:none;opacity:.85'
  return {
    hooks: {
      init: (made) => {
        made.over.appendChild(box)
      },
      setCursor: (made) => {
        const index = made.cursor.idx
        if (index === null || index === undefined) {
          box.textContent = ''
          return
        }
        const parts = lines.flatMap((line, order) => {
          const value = made.data[order + 1]?.[index]
          return value === null || value === undefined || line.faint === true ? [] : [`${line.name} ${write(value)}`]
        })
        box.textContent = [write(made.data[0][index] ?? 0), ...parts].join(' · ')
      },
    },
  }
}
