/** Cards on their way, of the size they will have. */
import { SimpleGrid, Skeleton } from '@mantine/core'

interface CardSkeletonsProps {
  count: number
  height: number
  columns?: number
}

export function CardSkeletons({ count, height, columns = 1 }: CardSkeletonsProps) {
  return (
    <SimpleGrid cols={columns} spacing="md" aria-hidden>
      {Array.from({ length: count }, (_, index) => index).map((index) => (
        <Skeleton key={index} height={height} radius="lg" />
      ))}
    </SimpleGrid>
  )
}
