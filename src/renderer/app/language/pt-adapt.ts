/** O que se diz, em português, sobre adaptar um modelo a textos antes de ajustá-lo. */
import type { adapt as english } from './en-adapt'
import type { Translation } from './translation'

export const adapt: Translation<typeof english> = {
  method: 'Adaptação',
  offer: 'Adaptar {{model}} aos meus textos antes',
  offerHint:
    'Compensa quando há muitos textos sem rótulo, numa língua só deles: gíria, jargão, português. O modelo os lê antes de ver um rótulo.',
  what: {
    masked:
      'O modelo lê seus textos sem os rótulos: palavras são escondidas e ele aprende a prevê-las. O resultado é um modelo próprio, para ser ajustado com seus rótulos; aquele de que veio fica como está.',
    causal:
      'O modelo lê seus textos sem os rótulos e aprende a prever cada palavra seguinte. O resultado é um modelo próprio, para ser ajustado com seus rótulos; aquele de que veio fica como está.',
  },
  which: 'Quais textos?',
  fromDataset: 'Os de “{{name}}”',
  fromFile: 'Os de um arquivo',
  drop: 'Solte aqui um arquivo CSV, TSV, JSON ou TXT',
  dropHint: 'ou escolha um. De uma tabela lê-se uma coluna; de um arquivo de texto, cada linha é um texto.',
  column: 'Coluna de {{file}} com os textos',
  chooseColumn: 'Escolha uma coluna',
  lines: 'cada linha é um texto',
  otherFile: 'Outro arquivo',
  learnt: 'Textos para aprender',
  unlabelled_zero: 'nenhum deles sem rótulo',
  unlabelled_one: '{{formatted}} deles sem rótulo',
  unlabelled_other: '{{formatted}} deles sem rótulo',
  heldOut: 'Reservados',
  heldOutHint: 'para medir o que se ganhou',
  leftOutTitle: 'Deixados de fora',
  leftOut: {
    evaluation_one: '{{formatted}} é texto de validação ou teste',
    evaluation_other: '{{formatted}} são textos de validação ou teste',
    empty_one: '{{formatted}}\u00a0vazio',
    empty_other: '{{formatted}}\u00a0vazios',
    repeated_one: '{{formatted}}\u00a0repetido',
    repeated_other: '{{formatted}}\u00a0repetidos',
  },
  nothingLeftOut: 'cada texto conta uma vez',
  safe: 'Os textos de validação e teste de “{{name}}”, e os iguais a um deles, nunca são lidos: o que você ajustar depois continua sendo julgado com justiça.',
  safeFile:
    'Linhas iguais a um texto de validação ou teste de “{{name}}” ficam de fora: o que você ajustar depois continua sendo julgado com justiça.',
  few: 'São poucos textos: adaptar rende mais com milhares. Ainda assim pode valer a tentativa.',
  name: 'Nome do novo modelo',
  suggestedName: '{{model}} para {{source}}',
  settings:
    '{{epochs}} épocas · {{batch}} textos por passo · {{length}} tokens · taxa de aprendizado {{rate}} · semente {{seed}}',
  cost: 'O que custa aqui',
  start: 'Começar a adaptar',
  quoted: '“{{name}}”',
  keptApart: 'Ele não leu os textos de validação e teste de {{names}}: ajuste-o ali e as notas continuam honestas.',
  toModels: 'Todos os modelos',
  finetune: 'Ajustar o modelo adaptado',
  finetuneBase: 'Ajustar o modelo como era',
  modelGone: 'O modelo adaptado foi removido de Modelos.',
}
