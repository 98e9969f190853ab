/** The strategies in English: what each trains, when to use it, and its own settings in one line each. */
const trainPooler = {
  label: 'Train the pooler',
  hint: 'Also trains the small layer that reads the first token.',
} as const
const reuseHead = {
  label: 'Keep the head it has',
  hint: 'Starts from the classification head that the model folder brings.',
} as const
const upperLayers = {
  label: 'Only the top layers',
  hint: 'How many layers from the top take part; 0 = all of them.',
} as const

export const strategies = {
  dictionary: {
    name: 'Dictionary',
    trains: 'Learns which words matter and gives each a weight you can read; no language model.',
    when: 'When every decision must be explained, and as the bar that a model has to pass.',
    options: {
      predictor: {
        label: 'Predictor',
        hint: 'What makes a prediction of the category scores; linear is the easiest to read.',
        choices: { linear: 'Linear', 'random-forest': 'Random forest', 'boosted-trees': 'Boosted trees' },
      },
      weighting: {
        label: 'Weights by',
        hint: 'Regression weighs each word beside all others; correlation each by itself.',
        choices: { regression: 'Regression', correlation: 'Correlation' },
      },
      words: { label: 'Words', hint: 'How many of the most telling words are learned at most.' },
      minimumTexts: { label: 'In at least', hint: 'Words in fewer training texts than these are left out.' },
      ngrams: { label: 'Words in a row', hint: '1 = single words; 2 also learns pairs such as “not good”.' },
      wordList: {
        label: 'Word list',
        hint: 'Your own terms with categories and weights, alone or beside what is learned.',
      },
      dictionarySource: {
        label: 'Takes its words from',
        hint: 'What to do with a word list of yours, where one is chosen.',
        choices: { both: 'List and data', learned: 'Data alone', list: 'List alone' },
      },
    },
  },
  'feature-based': {
    name: 'Feature-based',
    trains: 'Leaves the model as it is and fits a classic model on what it says about each text.',
    when: 'First look in seconds; few examples; no graphics card.',
    options: {
      pooling: {
        label: 'Pooling',
        hint: 'How a text’s token outputs become one vector.',
        choices: {
          'upper-mean': 'Mean of all tokens, last four layers',
          mean: 'Mean of all tokens',
          cls: 'First token',
          last: 'Last token',
        },
      },
    },
  },
  'head-only': {
    name: 'Head only',
    trains: 'Keeps the model frozen and trains a new head on top of it.',
    when: 'Fast and light; a fair baseline that often falls short of full finetuning.',
    options: {
      trainPooler,
      reuseHead,
    },
  },
  'prompt-tuning': {
    name: 'Prompt tuning',
    trains: 'Puts a few learned tokens before each text; the model itself stays as it is.',
    when: 'The smallest addition there is; works better the larger the model.',
    options: {
      virtualTokens: { label: 'Virtual tokens', hint: 'How many learned tokens stand before each text.' },
      initialization: {
        label: 'They begin as',
        hint: 'Real words are a better start than chance.',
        choices: { random: 'Chance', vocabulary: 'Words of the vocabulary', text: 'A text of mine' },
      },
      initialText: { label: 'Initial text', hint: 'The virtual tokens begin as this text’s.' },
      trainPooler,
      reuseHead,
    },
  },
  'prefix-tuning': {
    name: 'Prefix tuning',
    trains: 'Gives every layer’s attention a few learned keys and values to look at.',
    when: 'Stronger than a prompt and still few parameters; good for answers.',
    options: {
      virtualTokens: { label: 'Virtual tokens', hint: 'How many learned keys and values each layer gets.' },
      reparameterized: {
        label: 'Through a small network',
        hint: 'Learns the prefix through a network that is dropped in the end: steadier.',
      },
      hiddenWidth: {
        label: 'Width of that network',
        hint: 'Wider can learn more and needs more memory while training.',
      },
      trainPooler,
      reuseHead,
    },
  },
  ia3: {
    name: 'IA³',
    trains: 'Learns to turn up or down what flows through attention and feed-forward layers.',
    when: 'Very few parameters, no added depth; good with little data.',
    options: {
      targets: { label: 'Scaled places', hint: 'What is turned up or down in each layer.' },
      trainPooler,
      reuseHead,
    },
  },
  'llama-adapter': {
    name: 'LLaMA-Adapter',
    trains: 'Adds learned prompts to the upper layers behind a gate that starts closed.',
    when: 'Starts from exactly the untuned model and learns calmly; good for answers.',
    options: {
      layers: { label: 'Adapted layers', hint: 'How many layers from the top get a prompt.' },
      length: { label: 'Prompt length', hint: 'How many learned tokens each of them gets.' },
      variant: {
        label: 'Gate',
        hint: 'The paper’s gate has a value for each head; PEFT’s has one for a layer and can be exported.',
        choices: { peft: 'One for a layer, as PEFT', original: 'One for each head, as the paper' },
      },
      trainPooler,
      reuseHead,
    },
  },
  lora: {
    name: 'LoRA',
    trains: 'Adds small low-rank matrices and trains only those and the head.',
    when: 'Near full quality with a fraction of the memory; the export is tiny.',
    options: {
      rank: { label: 'Rank', hint: 'Width of the added matrices; more can learn more.' },
      alpha: { label: 'Alpha', hint: 'Strength of the addition, relative to the rank.' },
      dropout: {
        label: 'Dropout',
        hint: 'Share of the addition’s input switched off at random while learning.',
      },
      targets: { label: 'Adapted matrices', hint: 'Which matrices of each layer get an addition.' },
      rankStabilized: {
        label: 'Rank-stabilized (rsLoRA)',
        hint: 'Divides alpha by the root of the rank, so that high ranks keep learning.',
      },
      decomposed: {
        label: 'Weight-decomposed (DoRA)',
        hint: 'Learns the length of each row of weights apart from its direction; slower, often better.',
      },
      upperLayers,
      trainPooler,
      reuseHead,
    },
  },
  'bottleneck-adapter': {
    name: 'Bottleneck adapters',
    trains: 'Slips small two-layer networks between the frozen layers and trains those.',
    when: 'A few per cent of the parameters for nearly full quality; many can share one model.',
    options: {
      variant: {
        label: 'Where they sit',
        hint: 'Pfeiffer: one a layer. Houlsby: two a layer. Parallel: beside the layer instead of after it.',
        choices: { pfeiffer: 'Pfeiffer', houlsby: 'Houlsby', parallel: 'Parallel' },
      },
      reductionFactor: {
        label: 'Reduction',
        hint: 'How many times narrower they are than the model; more is smaller.',
      },
      trainPooler,
      reuseHead,
    },
  },
  full: {
    name: 'Full finetuning',
    trains: 'Trains every parameter of the model together with the head.',
    when: 'Usually the best scores; needs the most memory and time.',
    options: {
      upperLayers,
      layerDecay: {
        label: 'Layer-wise decay',
        hint: 'Each layer learns this much slower than the one above it; 1 = all alike.',
      },
      reuseHead,
    },
  },
} as const
