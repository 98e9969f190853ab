/** English sentences about adapting a model to texts before it is finetuned. */
export const adapt = {
  method: 'Adapting',
  offer: 'Adapt {{model}} to my texts first',
  offerHint:
    'It pays when you have many texts without labels, in a language of their own: slang, jargon, Portuguese. The model reads them before it sees a label.',
  what: {
    masked:
      'The model reads your texts without their labels: words are hidden from it, and it learns to foresee them. What comes out is a model of its own, to be finetuned with your labels; the one it came from stays as it is.',
    causal:
      'The model reads your texts without their labels and learns to foresee each next word. What comes out is a model of its own, to be finetuned with your labels; the one it came from stays as it is.',
  },
  which: 'Which texts?',
  fromDataset: 'Those of “{{name}}”',
  fromFile: 'Those of a file',
  drop: 'Drop a CSV, TSV, JSON or TXT file here',
  dropHint: 'or choose one. Of a table one column is read; of a text file each line is a text.',
  column: 'Column of {{file}} with the texts',
  chooseColumn: 'Choose a column',
  lines: 'each line is a text',
  otherFile: 'Another file',
  learnt: 'Texts to learn from',
  unlabelled_zero: 'none of them without a label',
  unlabelled_one: '{{formatted}} of them without a label',
  unlabelled_other: '{{formatted}} of them without a label',
  heldOut: 'Held out',
  heldOutHint: 'to measure what was gained',
  leftOutTitle: 'Left out',
  leftOut: {
    evaluation_one: '{{formatted}} is a validation or test text',
    evaluation_other: '{{formatted}} are validation or test texts',
    empty_one: '{{formatted}}\u00a0empty',
    empty_other: '{{formatted}}\u00a0empty',
    repeated_one: '{{formatted}}\u00a0repeated',
    repeated_other: '{{formatted}}\u00a0repeated',
  },
  nothingLeftOut: 'every text counts once',
  safe: 'Validation and test texts of “{{name}}”, and texts equal to one, are never read: what you finetune afterwards is still judged fairly.',
  safeFile:
    'Rows equal to a validation or test text of “{{name}}” are left out: what you finetune on it afterwards is still judged fairly.',
  few: 'These are few texts: adapting gains most with thousands. It may still be worth a try.',
  name: 'Name of the new model',
  suggestedName: '{{model}} for {{source}}',
  settings: '{{epochs}} epochs · {{batch}} texts a step · {{length}} tokens · learning rate {{rate}} · seed {{seed}}',
  cost: 'What it costs here',
  start: 'Start adapting',
  quoted: '“{{name}}”',
  keptApart:
    'It has not read the validation and test texts of {{names}}: finetune it there and the scores are still honest.',
  toModels: 'All models',
  finetune: 'Finetune the adapted model',
  finetuneBase: 'Finetune the model as it was',
  modelGone: 'The adapted model was removed from Models.',
} as const
