/** Code or a command, to read and to copy. */
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

interface CopyableCodeProps {
  code: string
  label: string
  copyLabel: string
}

export function CopyableCode({ code, label, copyLabel }: CopyableCodeProps) {
  const { t } = useTranslation()
  return (
    <figure className="fino-command" aria-label={label} style={{ margin: 0 }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long code scrolls, so the keyboard must reach it */}
      <pre tabIndex={0}>{code}</pre>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('common.copied') : copyLabel}>
            <ActionIcon aria-label={copyLabel} onClick={copy}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </figure>
  )
}
