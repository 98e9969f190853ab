/** Sets up the languages once; components then ask `useTranslation`. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Settings } from '../../../shared/contract'
import { en } from './en'
import { pt } from './pt'
import { messages as ptMessages } from './pt-messages'

export type Language = 'en' | 'pt'

export async function startLanguage(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    ns: ['translation', 'messages'],
    defaultNS: 'translation',
    resources: {
      en: { translation: en, messages: {} },
      pt: { translation: withMany(pt), messages: ptMessages },
    },
    interpolation: { escapeValue: false },
  })
  document.documentElement.lang = language === 'pt' ? 'pt-BR' : language
}

export async function changeLanguage(language: Language): Promise<void> {
  if (i18next.language !== language) await i18next.changeLanguage(language)
  document.documentElement.lang = language === 'pt' ? 'pt-BR' : language
}

/** The language that a setting means, given what the system speaks. */
export function languageOf(setting: Settings['language'], systemLanguage: string): Language {
  if (setting !== 'system') return setting
  return systemLanguage.toLowerCase().startsWith('pt') ? 'pt' : 'en'
}

type Sentences = { readonly [key: string]: string | Sentences }

/** Portuguese counts whole millions apart ("um milhão de linhas"); on screen figures they read like any plural. */
function withMany(sentences: Sentences): Sentences {
  const result: Record<string, string | Sentences> = {}
  for (const [key, value] of Object.entries(sentences)) {
    result[key] = typeof value === 'string' ? value : withMany(value)
    if (key.endsWith('_other')) result[key.replace(/_other$/, '_many')] = result[key]
  }
  return result
}
