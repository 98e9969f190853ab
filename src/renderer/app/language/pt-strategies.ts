/** The strategies in Brazilian Portuguese. */
import type { strategies as english } from './en-strategies'
import type { Translation } from './translation'

const trainPooler = {
  label: 'Treinar o agregador',
  hint: 'Treina também a pequena camada que lê o primeiro token.',
}
const reuseHead = {
  label: 'Manter a cabeça que ele tem',
  hint: 'Parte da cabeça de classificação que a pasta do modelo traz.',
}
const upperLayers = {
  label: 'Só as camadas de cima',
  hint: 'Quantas camadas, de cima para baixo, participam; 0 = todas.',
}

export const strategies: Translation<typeof english> = {
  dictionary: {
    name: 'Dicionário',
    trains: 'Aprende quais palavras importam e dá a cada uma um peso que se pode ler; sem modelo de linguagem.',
    when: 'Quando cada decisão precisa ser explicada, e como a marca que um modelo tem de superar.',
    options: {
      predictor: {
        label: 'Preditor',
        hint: 'O que faz uma previsão a partir das notas das categorias; o linear é o mais fácil de ler.',
        choices: { linear: 'Linear', 'random-forest': 'Floresta aleatória', 'boosted-trees': 'Árvores reforçadas' },
      },
      weighting: {
        label: 'Pesos por',
        hint: 'A regressão pesa cada palavra ao lado das outras; a correlação, cada uma por si.',
        choices: { regression: 'Regressão', correlation: 'Correlação' },
      },
      words: { label: 'Palavras', hint: 'Quantas das palavras mais reveladoras são aprendidas, no máximo.' },
      minimumTexts: { label: 'Em pelo menos', hint: 'Palavras em menos textos de treino que isso ficam de fora.' },
      ngrams: { label: 'Palavras seguidas', hint: '1 = palavras isoladas; 2 aprende também pares como “não gostei”.' },
      wordList: {
        label: 'Lista de palavras',
        hint: 'Seus próprios termos com categorias e pesos, sozinhos ou ao lado do que é aprendido.',
      },
      dictionarySource: {
        label: 'Tira as palavras de',
        hint: 'O que fazer com uma lista sua, quando houver uma escolhida.',
        choices: { both: 'Lista e dados', learned: 'Só dos dados', list: 'Só da lista' },
      },
    },
  },
  'feature-based': {
    name: 'Por características',
    trains: 'Deixa o modelo como está e ajusta um modelo clássico ao que ele diz de cada texto.',
    when: 'Primeira impressão em segundos; poucos exemplos; sem placa de vídeo.',
    options: {
      pooling: {
        label: 'Agregação',
        hint: 'Como as saídas dos tokens de um texto viram um só vetor.',
        choices: {
          'upper-mean': 'Média de todos os tokens, últimas quatro camadas',
          mean: 'Média de todos os tokens',
          cls: 'Primeiro token',
          last: 'Último token',
        },
      },
    },
  },
  'head-only': {
    name: 'Só a cabeça',
    trains: 'Mantém o modelo congelado e treina uma nova cabeça sobre ele.',
    when: 'Rápido e leve; uma base justa que muitas vezes fica aquém do ajuste completo.',
    options: {
      trainPooler,
      reuseHead,
    },
  },
  'prompt-tuning': {
    name: 'Prompt tuning',
    trains: 'Põe alguns tokens aprendidos antes de cada texto; o modelo em si fica como está.',
    when: 'O menor acréscimo que existe; funciona tanto melhor quanto maior o modelo.',
    options: {
      virtualTokens: { label: 'Tokens virtuais', hint: 'Quantos tokens aprendidos ficam antes de cada texto.' },
      initialization: {
        label: 'Eles começam como',
        hint: 'Palavras reais são um começo melhor que o acaso.',
        choices: { random: 'Acaso', vocabulary: 'Palavras do vocabulário', text: 'Um texto meu' },
      },
      initialText: { label: 'Texto inicial', hint: 'Os tokens virtuais começam como os deste texto.' },
      trainPooler,
      reuseHead,
    },
  },
  'prefix-tuning': {
    name: 'Prefix tuning',
    trains: 'Dá à atenção de cada camada algumas chaves e valores aprendidos para olhar.',
    when: 'Mais forte que um prompt e ainda com poucos parâmetros; bom para respostas.',
    options: {
      virtualTokens: { label: 'Tokens virtuais', hint: 'Quantas chaves e valores aprendidos cada camada recebe.' },
      reparameterized: {
        label: 'Por uma pequena rede',
        hint: 'Aprende o prefixo por uma rede que no fim é descartada: mais estável.',
      },
      hiddenWidth: {
        label: 'Largura dessa rede',
        hint: 'Mais larga pode aprender mais e pede mais memória no treino.',
      },
      trainPooler,
      reuseHead,
    },
  },
  ia3: {
    name: 'IA³',
    trains: 'Aprende a aumentar ou diminuir o que passa pela atenção e pelas camadas densas.',
    when: 'Pouquíssimos parâmetros, sem camadas a mais; bom com poucos dados.',
    options: {
      targets: { label: 'Lugares escalados', hint: 'O que é aumentado ou diminuído em cada camada.' },
      trainPooler,
      reuseHead,
    },
  },
  'llama-adapter': {
    name: 'LLaMA-Adapter',
    trains: 'Acrescenta prompts aprendidos às camadas de cima, atrás de uma porta que começa fechada.',
    when: 'Parte exatamente do modelo sem ajuste e aprende com calma; bom para respostas.',
    options: {
      layers: { label: 'Camadas adaptadas', hint: 'Quantas camadas, de cima para baixo, recebem um prompt.' },
      length: { label: 'Tamanho do prompt', hint: 'Quantos tokens aprendidos cada uma delas recebe.' },
      variant: {
        label: 'Porta',
        hint: 'A porta do artigo tem um valor por cabeça; a do PEFT tem um por camada e pode ser exportada.',
        choices: { peft: 'Uma por camada, como no PEFT', original: 'Uma por cabeça, como no artigo' },
      },
      trainPooler,
      reuseHead,
    },
  },
  lora: {
    name: 'LoRA',
    trains: 'Acrescenta pequenas matrizes de posto baixo e treina só elas e a cabeça.',
    when: 'Quase a qualidade do ajuste completo com uma fração da memória; a exportação é minúscula.',
    options: {
      rank: { label: 'Posto', hint: 'Largura das matrizes acrescentadas; mais pode aprender mais.' },
      alpha: { label: 'Alfa', hint: 'Força do acréscimo, em relação ao posto.' },
      dropout: {
        label: 'Dropout',
        hint: 'Parte da entrada do acréscimo desligada ao acaso durante o treino.',
      },
      targets: { label: 'Matrizes adaptadas', hint: 'Quais matrizes de cada camada recebem um acréscimo.' },
      rankStabilized: {
        label: 'Posto estabilizado (rsLoRA)',
        hint: 'Divide alfa pela raiz do posto, para que postos altos continuem aprendendo.',
      },
      decomposed: {
        label: 'Pesos decompostos (DoRA)',
        hint: 'Aprende o comprimento de cada linha de pesos à parte da direção; mais lento, muitas vezes melhor.',
      },
      upperLayers,
      trainPooler,
      reuseHead,
    },
  },
  'bottleneck-adapter': {
    name: 'Adaptadores bottleneck',
    trains: 'Encaixa pequenas redes de duas camadas entre as camadas congeladas e treina só elas.',
    when: 'Alguns por cento dos parâmetros para quase toda a qualidade; vários dividem um modelo.',
    options: {
      variant: {
        label: 'Onde ficam',
        hint: 'Pfeiffer: um por camada. Houlsby: dois por camada. Paralelo: ao lado da camada em vez de depois.',
        choices: { pfeiffer: 'Pfeiffer', houlsby: 'Houlsby', parallel: 'Paralelo' },
      },
      reductionFactor: { label: 'Redução', hint: 'Quantas vezes são mais estreitos que o modelo; mais é menor.' },
      trainPooler,
      reuseHead,
    },
  },
  full: {
    name: 'Ajuste completo',
    trains: 'Treina todos os parâmetros do modelo junto com a cabeça.',
    when: 'Em geral os melhores resultados; é o que mais pede memória e tempo.',
    options: {
      upperLayers,
      layerDecay: {
        label: 'Queda por camada',
        hint: 'Cada camada aprende tanto mais devagar que a de cima; 1 = todas iguais.',
      },
      reuseHead,
    },
  },
}
