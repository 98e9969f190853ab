/** Which column is the text and which the target, judged by what they hold and how they are called (English, Portuguese). */
import type { Column, Preview, Task } from '../../shared/dataset'

type Weights = Readonly<Record<string, number>>

const textWords: Weights = weigh({
  10: 'text texto',
  9: 'message mensagem msg',
  8: 'sentence frase sentenca review tweet comment comentario content conteudo instruction instrucao avaliacao utterance',
  6: 'document documento body prompt description descricao abstract resumo feedback complaint reclamacao',
  5: 'question pergunta input entrada headline manchete query',
  2: 'title titulo subject summary post',
  '-4': 'pre previous next context contexto notes before after',
  '-6': 'reply response answer resposta output saida completion label',
  '-8': 'id url link name nome author autor user usuario email date data language idioma lingua',
})

const targetWords: Weights = weigh({
  12: 'label labels rotulo etiqueta target alvo',
  11: 'class classe category categoria',
  10: 'topic topico tema assunto theme sentiment sentimento intent intencao',
  9: 'polarity polaridade emotion emocao stance',
  8: 'y outcome desfecho',
  6: 'toxic toxicity toxico toxicidade spam hate offensive sarcasm rating avaliacao stars score nota grade department setor',
  5: 'urgency urgencia priority prioridade severity gravidade',
  4: 'mean average media type tipo tag verdict',
  3: 'area',
  1: 'gold',
  '-2': 'is age idade gender genero sexo',
  '-3': 'party partido country pais city cidade state estado name nome',
  '-5': 'source fonte origem',
  '-6': 'n num number count total votes votos length tamanho',
  '-8': 'language languages lang idioma lingua year ano date data time hora month mes day dia url link',
  '-10': 'id fold split set index page row author autor user usuario',
})

const answerWords: Weights = weigh({
  10: 'output response answer resposta completion saida',
  8: 'reply target alvo',
})

/** Never suggests one column for both. `task` follows from the target. */
export function suggestColumns(columns: readonly Column[]): Preview['suggested'] {
  const textColumn = suggestText(columns)
  if (textColumn === null)
    return { textColumn, targetColumn: null, task: null, contextColumn: null, labelSeparator: null }
  const target = suggestTarget(columns, textColumn)
  return {
    textColumn,
    targetColumn: target?.name ?? null,
    task: target === null ? null : suggestTask(target),
    contextColumn: null,
    labelSeparator: null,
  }
}

/** The best text column; null where no column can be one. */
export function suggestText(columns: readonly Column[], besides?: string): string | null {
  const candidates = columns.filter(({ kind, name }) => name !== besides && kind !== 'empty')
  const texts = candidates.filter(({ kind }) => kind === 'text')
  const words = candidates.filter(({ kind }) => kind === 'category' || kind === 'identifier')
  const score = (column: Column) => nameScore(column.name, textWords) + Math.min(200, column.meanCharacters) / 100
  return best(texts.length > 0 ? texts : words, score)?.name ?? null
}

/** The best target: a column that can be learnt, else one that is at least called like one, else the only other column. */
export function suggestTarget(columns: readonly Column[], textColumn: string): Column | null {
  const others = columns.filter(({ name }) => name !== textColumn)
  const suitable = others.filter(({ kind, distinctValues }) => {
    return (kind === 'category' || kind === 'number') && distinctValues > 1
  })
  const target = best(suitable, targetScore)
  if (target !== null && targetScore(target) > -4) return target
  const answer = best(
    others.filter(({ kind, name }) => kind === 'text' && nameScore(name, answerWords) > 0),
    ({ name }) => nameScore(name, answerWords),
  )
  const called = best(others, ({ name }) => nameScore(name, targetWords))
  if (answer !== null) return answer
  if (called !== null && nameScore(called.name, targetWords) >= 8) return called
  return target ?? (others.length === 1 ? (others[0] ?? null) : null)
}

/** A column of texts called like an answer is one to generate; any other text is a label. */
export function suggestTask(target: Column): Task {
  if (target.kind === 'number') return 'regression'
  return target.kind === 'text' && nameScore(target.name, answerWords) > 0 ? 'instruction' : 'classification'
}

function targetScore(column: Column): number {
  const readable = column.kind === 'category' && column.meanCharacters > 2 ? 1 : 0
  const fewClasses = column.kind === 'category' && column.distinctValues <= 20 ? 1 : 0
  const complete = column.emptyValues === 0 ? 0.5 : 0
  return nameScore(column.name, targetWords) + readable + fewClasses + complete - emptyShare(column)
}

/** Only an order: empty cells against values seen. */
function emptyShare({ emptyValues, distinctValues }: Column): number {
  return emptyValues / (emptyValues + distinctValues + 1)
}

/** The sum over the words of a name: "label_text", "LabelText" and "rótulo texto" all have two. */
function nameScore(name: string, weights: Weights): number {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  const score = words.reduce((sum, word) => sum + (weights[word] ?? (word.endsWith('id') ? (weights.id ?? 0) : 0)), 0)
  return words.length === 1 && score > 0 ? score + 0.5 : score
}

/** The first of the best. */
function best<Item>(items: readonly Item[], score: (item: Item) => number): Item | null {
  return items.reduce<Item | null>((one, other) => (one === null || score(other) > score(one) ? other : one), null)
}

function weigh(groups: Readonly<Record<string, string>>): Weights {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([weight, words]) => words.split(' ').map((word) => [word, Number(weight)])),
  )
}
