/** Which columns are the text and the target and what the task is, judged by names and contents (English, Portuguese). */
import type { ImportOptions, Preview, Task } from '../../shared/dataset'
import type { ScannedColumn } from './infer-columns'

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
  12: 'label labels rotulo rotulos etiqueta etiquetas target alvo',
  11: 'class classe classes category categoria categories categorias',
  10: 'topic topico tema assunto theme sentiment sentimento intent intencao topics topicos temas assuntos',
  9: 'polarity polaridade emotion emocao emotions emocoes stance',
  8: 'y outcome desfecho',
  6: 'toxic toxicity toxico toxicidade spam hate offensive sarcasm rating avaliacao stars score nota grade department setor',
  5: 'urgency urgencia priority prioridade severity gravidade tags',
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

const promptWords: Weights = weigh({
  10: 'prompt instruction instrucao instructions',
  6: 'question pergunta query consulta',
  5: 'input entrada',
})

const answerWords: Weights = weigh({
  10: 'output response answer resposta completion saida',
  8: 'reply target alvo',
})

const contextWords: Weights = weigh({ 10: 'context contexto', 8: 'input entrada', 6: 'passage passagem background' })

const groupWords: Weights = weigh({
  10: 'group grupo document documento doc thread conversation conversa dialogue dialog dialogo session sessao',
  9: 'author autor autora user usuario username speaker falante orador writer',
  8: 'customer cliente client patient paciente respondent respondente participant participante interview entrevista',
  7: 'manifesto article artigo book livro chapter capitulo',
})

/** The texts of these columns are instructions, whatever labels stand beside them. */
const surePrompt = 10
/** A column called so is a label. */
const sureLabel = 8

/** Never suggests one column for two things. What `chosen` says is taken as it is; the rest follows from it. */
export function suggestColumns(
  columns: readonly ScannedColumn[],
  chosen: Pick<ImportOptions, 'task' | 'textColumn' | 'targetColumn'> = {},
): Preview['suggested'] {
  const pair = suggestPair(columns, chosen)
  const textColumn = chosen.textColumn ?? pair?.prompt.name ?? suggestText(columns, chosen.targetColumn)
  const targetColumn =
    chosen.targetColumn ??
    pair?.answer.name ??
    (textColumn === null ? null : (suggestTarget(columns, textColumn, chosen.task)?.name ?? null))
  const target = columns.find(({ name }) => name === targetColumn)
  const task = chosen.task ?? (target === undefined ? null : pair === null ? suggestTask(target) : 'instruction')
  const used = [textColumn, targetColumn]
  return {
    textColumn,
    targetColumn,
    task,
    contextColumn: task === 'instruction' ? suggestContext(columns, used) : null,
    labelSeparator: task === 'classification' ? (target?.labelSeparator ?? null) : null,
  }
}

/** A prompt and its answer, where the file is about these and not about labels; null where it is not. */
function suggestPair(
  columns: readonly ScannedColumn[],
  { task, textColumn, targetColumn }: Pick<ImportOptions, 'task' | 'textColumn' | 'targetColumn'>,
): { prompt: ScannedColumn; answer: ScannedColumn } | null {
  if (task !== undefined && task !== 'instruction') return null
  const texts = columns.filter(({ kind }) => kind === 'text')
  const named = (chosen: string | undefined, weights: Weights, other: string | undefined) =>
    columns.find(({ name }) => name === chosen) ??
    best(
      texts.filter(({ name }) => name !== other && nameScore(name, weights) > 0),
      ({ name }) => nameScore(name, weights),
    )
  const answer = named(targetColumn, answerWords, textColumn)
  const prompt = named(textColumn, promptWords, answer?.name)
  if (prompt === null || answer === null || prompt === answer || answer.kind !== 'text') return null
  if (task === 'instruction') return { prompt, answer }
  if (nameScore(answer.name, answerWords) <= 0) return null
  const labelled = columns.some(
    (column) => column !== prompt && isLearnable(column) && nameScore(column.name, targetWords) >= sureLabel,
  )
  return !labelled || nameScore(prompt.name, promptWords) >= surePrompt || targetColumn !== undefined
    ? { prompt, answer }
    : null
}

/** The best text column; null where no column can be one. */
export function suggestText(columns: readonly ScannedColumn[], besides?: string): string | null {
  const candidates = columns.filter(({ kind, name }) => name !== besides && kind !== 'empty')
  const texts = candidates.filter(({ kind }) => kind === 'text')
  const words = candidates.filter(({ kind }) => kind === 'category' || kind === 'identifier')
  const score = (column: ScannedColumn) =>
    nameScore(column.name, textWords) + Math.min(200, column.meanCharacters) / 100
  return best(texts.length > 0 ? texts : words, score)?.name ?? null
}

/** The best target: a column that can be learnt, else one that is at least called like one, else the only other column. */
export function suggestTarget(
  columns: readonly ScannedColumn[],
  textColumn: string,
  task?: Task,
): ScannedColumn | null {
  const others = columns.filter(({ name }) => name !== textColumn)
  const suitable = others.filter((column) => isLearnable(column) && (task !== 'regression' || column.numeric))
  const answer = best(
    others.filter(({ kind, name }) => kind === 'text' && nameScore(name, answerWords) > 0),
    ({ name }) => nameScore(name, answerWords),
  )
  if (task === 'instruction') {
    const texts = others.filter(({ kind }) => kind === 'text')
    return answer ?? best(texts, ({ meanCharacters }) => meanCharacters)
  }
  const target = best(
    suitable,
    task === 'classification' ? (column) => targetScore(column) - (column.kind === 'number' ? 20 : 0) : targetScore,
  )
  if (target !== null && targetScore(target) > -4) return target
  const called = best(others, ({ name }) => nameScore(name, targetWords))
  if (answer !== null && task === undefined) return answer
  if (called !== null && nameScore(called.name, targetWords) >= sureLabel) return called
  return target ?? (others.length === 1 ? (others[0] ?? null) : null)
}

/** A column of texts called like an answer is one to generate; any other text is a label. */
function suggestTask(target: ScannedColumn): Task {
  if (target.kind === 'number') return 'regression'
  return target.kind === 'text' && nameScore(target.name, answerWords) > 0 ? 'instruction' : 'classification'
}

/** A column called like a document or a person that several rows share; null where there is none. */
export function suggestGroup(
  columns: readonly ScannedColumn[],
  used: readonly (string | null)[],
  rows: number,
): string | null {
  const candidates = columns.filter(
    ({ name, kind, distinctValues, emptyValues }) =>
      !used.includes(name) &&
      kind !== 'empty' &&
      distinctValues > 2 &&
      distinctValues <= (rows - emptyValues) / 2 &&
      nameScore(withoutId(name), groupWords) > 0,
  )
  return best(candidates, ({ name }) => nameScore(withoutId(name), groupWords))?.name ?? null
}

function suggestContext(columns: readonly ScannedColumn[], used: readonly (string | null)[]): string | null {
  const candidates = columns.filter(
    ({ name, kind }) =>
      !used.includes(name) && (kind === 'text' || kind === 'category') && nameScore(name, contextWords) > 0,
  )
  return best(candidates, ({ name }) => nameScore(name, contextWords))?.name ?? null
}

function isLearnable({ kind, distinctValues }: ScannedColumn): boolean {
  return (kind === 'category' || kind === 'number') && distinctValues > 1
}

function targetScore(column: ScannedColumn): number {
  const readable = column.kind === 'category' && column.meanCharacters > 2 ? 1 : 0
  const fewClasses = column.kind === 'category' && column.distinctValues <= 20 ? 1 : 0
  const complete = column.emptyValues === 0 ? 0.5 : 0
  return nameScore(column.name, targetWords) + readable + fewClasses + complete - emptyShare(column)
}

/** Only an order: empty cells against values seen. */
function emptyShare({ emptyValues, distinctValues }: ScannedColumn): number {
  return emptyValues / (emptyValues + distinctValues + 1)
}

/** "manifestoid", "author_id" and "IdAutor" name a manifesto and authors. */
function withoutId(name: string): string {
  return name.replace(/[\s_-]?id$/i, '').replace(/^id[\s_-]?/i, '')
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
