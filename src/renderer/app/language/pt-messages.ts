/**
 * Failures and findings in Brazilian Portuguese. Each code has sentences from the most telling to the plainest; the first
 * whose every variable is known is shown. A sentence without variables is followed by the original message.
 */
import type { Messages } from '../../lib/failure-text'

export const messages: Messages = {
  failures: {
    usage: ['O pedido não está completo.'],
    'file-missing': ['Não há arquivo em {{path}}. Confira o nome e a pasta.', 'Confira o nome e a pasta.'],
    'file-unreadable': [
      '{{path}} não pôde ser lido. Confira as permissões ou copie-o para uma pasta sua neste computador.',
      'O arquivo {{file}} não pôde ser lido. Confira as permissões ou mova-o dali.',
      'Confira as permissões do arquivo.',
    ],
    'file-empty': [
      '{{path, file}} não tem linhas com dados. Escolha um arquivo CSV, TSV ou JSON com linhas.',
      'Escolha um arquivo CSV, TSV ou JSON com linhas.',
    ],
    'file-binary': [
      '{{path, file}} não é um arquivo de texto CSV ou TSV. Abra-o no programa que o criou e salve como “CSV UTF-8”.',
      'Salve-o como “CSV UTF-8”.',
    ],
    'file-too-large': [
      '{{path, file}} passa do limite do Fino. Divida-o ou fique só com as colunas de texto e rótulo.',
      'Divida o arquivo ou fique só com as colunas necessárias.',
    ],
    'encoding-unknown': [
      'A linha {{line, number}} de {{path, file}} não combina com a codificação escolhida. Salve o arquivo como “CSV UTF-8” ou escolha outra codificação.',
      '{{path, file}} está em {{encoding}}, que o Fino não lê. Salve-o como “CSV UTF-8”.',
      'Salve o arquivo como “CSV UTF-8”.',
    ],
    'dataset-malformed': [
      'Linha {{row, number}}: {{expected, number}} campos esperados, {{found, number}} encontrados (linha {{line, number}} de {{path, file}}). Ponha entre aspas as células que contêm o separador, ou escolha outro separador.',
      'A linha {{row, number}} não pôde ser lida como {{format}} (linha {{line, number}} de {{path, file}}). Escreva uma lista de objetos ([{…}, {…}]) ou um objeto por linha.',
      'Linha {{row, number}}: as aspas não fecham direito (linha {{line, number}} de {{path, file}}). Feche-as, ou escreva as aspas de dentro de um texto duas vezes ("").',
      'A linha {{line, number}} de {{path, file}} não pôde ser lida como tabela. Corrija-a e tente de novo.',
      'Corrija a linha e tente de novo.',
    ],
    'dataset-too-small': [
      'Há só {{texts, number}} textos diferentes, e adaptar um modelo pede ao menos {{minimum, number}}. Escolha um arquivo com mais textos ou outra coluna.',
      'A coluna “{{column}}” de {{path, file}} tem só {{groups, number}} grupos; treino, validação e teste precisam de um cada. Acrescente linhas de outros grupos ou divida sem coluna de grupo.',
      'Com os grupos juntos, uma das divisões de {{path, file}} ({{split}}) só tem um valor em “{{column}}”. Escolha outra coluna de grupo ou outra semente.',
      'Há linhas ou textos diferentes de menos por classe em {{path, file}}. Rotule mais linhas ou junte classes.',
      'Rotule mais linhas e tente de novo.',
    ],
    'dataset-in-use': [
      'Há {{runs, number}} execuções treinadas com este conjunto de dados. Exclua-as antes, ou importe o arquivo mais uma vez.',
      'Exclua antes as execuções treinadas com ele.',
    ],
    'column-missing': [
      '{{path, file}} não tem a coluna “{{column}}”. Escolha outra coluna.',
      'Nenhuma coluna de {{path, file}} parece servir. Diga qual é o texto e qual é o rótulo.',
      'Escolha outra coluna.',
    ],
    'column-duplicate': [
      'O cabeçalho de {{path, file}} repete o nome “{{column}}”. Dê a cada coluna um nome próprio.',
      'Dê a cada coluna um nome próprio.',
    ],
    'column-unsuitable': [
      'A coluna “{{column}}” de {{path, file}} não serve para este papel. Escolha outra coluna.',
      'Escolha outra coluna.',
    ],
    'target-constant': [
      'A coluna “{{column}}” de {{path, file}} tem o mesmo valor em todas as linhas; não há o que aprender. Escolha outra coluna.',
      'A coluna tem o mesmo valor em todas as linhas; não há o que aprender. Escolha outra.',
    ],
    'target-unique': [
      'A coluna “{{column}}” de {{path, file}} tem quase um valor por linha; não é um conjunto de classes. Escolha outra coluna de rótulo.',
      'A coluna de rótulo tem quase um valor por linha; não é um conjunto de classes. Escolha outra.',
    ],
    'task-unsupported': [
      'Só quem responde a pedidos pode ser comparado com o modelo antes do treino. Escolha uma execução desse tipo.',
    ],
    'model-missing': [
      'Não há modelo utilizável em {{folder}}. Confira o nome e se o disco está conectado.',
      'Falta {{file}} na pasta do modelo. Escolha a pasta que o contém.',
      'Escolha uma pasta com config.json, tokenizador e model.safetensors.',
    ],
    'model-malformed': [
      'Na pasta do modelo há um problema com {{file}}. Baixe a pasta de novo ou escolha a certa.',
      'Os arquivos do modelo não combinam entre si. Baixe a pasta de novo.',
    ],
    'model-unsupported': [
      'O tokenizador do modelo não tem um token como {{missingToken}}, que esconda um pedaço de palavra; por isso o modelo não pode ser adaptado a textos. Escolha outro modelo base.',
      'config.json diz model_type “{{modelType}}”, que o Fino não lê. Escolha um modelo BERT, DistilBERT, RoBERTa, XLM-R, GPT-2, LLaMA, Mistral ou Qwen2.',
      'Escolha um modelo BERT, DistilBERT, RoBERTa, XLM-R, GPT-2, LLaMA, Mistral ou Qwen2 simples.',
    ],
    'model-pickle': [
      'Os pesos estão em {{files}}, um arquivo pickle, que o Fino não abre porque pode executar código. Converta-o onde confiar nele, em Python: AutoModel.from_pretrained(PASTA).save_pretrained(NOVA_PASTA), e escolha a nova pasta.',
      'Converta os pesos para safetensors e escolha a nova pasta.',
    ],
    'strategy-unsupported': ['Escolha outra estratégia para este modelo.'],
    'recipe-invalid': [
      '{{field}} não pode ser {{value}}. Corrija o valor nos ajustes.',
      'Corrija o valor nos ajustes da estratégia.',
    ],
    'backend-unavailable': [
      'O motor de cálculo {{backend}} não funciona aqui. Instale a aceleração em Configurações ou escolha WebAssembly.',
      'Escolha outro motor de cálculo em Configurações.',
    ],
    'acceleration-failed': ['Confira a conexão e o espaço em disco e tente de novo.'],
    'checkpoint-malformed': ['O ponto salvo não pode ser usado. Inicie a execução de novo.'],
    'run-state': ['Isso não é possível na situação atual da execução.'],
    'run-diverged': [
      'O treino saiu dos limites no passo {{step, number}}: a perda deixou de ser um número. Tente uma taxa de aprendizado menor que {{learningRate}}; o último ponto bom foi guardado.',
      'Tente uma taxa de aprendizado menor.',
    ],
    'out-of-memory': [
      'Escolha um lote menor, textos mais curtos ou a estratégia LoRA. A aceleração também aceita mais memória que o motor embutido.',
    ],
    'device-lost': [
      'Comece a execução de novo, com um lote menor se acontecer outra vez, ou escolha o motor tensorflow ou wasm.',
    ],
    'disk-full': [
      'O disco que contém {{path}} está cheio. Libere espaço ou defina FINO_HOME para uma pasta em outro disco.',
      'O disco que contém {{file}} está cheio. Libere espaço e tente de novo.',
      'Libere espaço e tente de novo.',
    ],
    'write-failed': [
      '{{path}} não pôde ser gravado. Confira as permissões da pasta ou escolha outra.',
      '{{folder}} não pode receber os arquivos. Escolha uma pasta nova ou vazia.',
      'Confira as permissões da pasta ou escolha outra.',
    ],
    'export-mismatch': [
      'A exportação relida tem nota {{exportedScore, number}} em vez de {{trainedScore, number}}. Nada foi gravado. Confira se os arquivos do modelo base são os mesmos do treino.',
      'Nada foi gravado. Confira se os arquivos do modelo base são os mesmos do treino.',
    ],
    'port-in-use': ['A porta {{port}} já está em uso. Escolha outra com --port.', 'Escolha outra porta com --port.'],
    'not-found': ['Pode ter sido excluído. Volte à lista e escolha de novo.'],
    forbidden: ['Isso não é possível a partir daqui.'],
    'connection-lost': [
      'A conexão com o Fino caiu antes da resposta. Verifique se ele ainda está em execução e tente de novo.',
    ],
    cancelled: ['Foi cancelado; nada ficou guardado.'],
    'worker-exited': ['O processo de treino terminou antes da hora. Retome a execução para continuar do último ponto.'],
    internal: ['Tente de novo; se acontecer outra vez, informe a mensagem abaixo.'],
  },
  findings: {
    'few-rows': {
      pass: ['{{rows, number}} linhas rotuladas.'],
      warn: [
        '{{rows, number}} linhas rotuladas são poucas: as notas serão aproximadas. O ideal é {{advised, number}} ou mais.',
      ],
    },
    'label-balance': {
      pass: ['“{{largest}}” tem {{largestShare, percent}} das linhas; “{{smallest}}” tem {{smallestRows, number}}.'],
      warn: [
        '“{{largest}}” tem {{largestShare, percent}} das linhas, mas “{{smallest}}” só {{smallestRows, number}}: os rótulos estão desequilibrados.',
      ],
    },
    'small-class': {
      pass: ['Todas as classes estão em todas as divisões.'],
      warn: [
        'Com menos de {{minimum, number}} textos diferentes, não cabem em todas as divisões: {{labels}}.',
        'Não estão em todas as divisões, porque poucos grupos as têm: {{labels}}.',
      ],
    },
    'empty-text': { warn: ['{{rows, number}} linhas sem texto ficaram de fora.'] },
    'empty-label': { warn: ['{{rows, number}} linhas sem rótulo ficaram de fora.'] },
    'duplicate-text': {
      pass: ['Nenhum texto aparece duas vezes.'],
      warn: [
        '{{rows, number}} linhas repetem um texto anterior; {{separated, number}} delas estão em outra divisão que ele, porque seus grupos estão.',
        '{{rows, number}} linhas repetem um texto anterior. Textos iguais ficam na mesma divisão, para não enfeitar as notas.',
      ],
    },
    'conflicting-labels': {
      pass: ['Nenhum texto tem dois rótulos.'],
      warn: ['{{texts, number}} textos têm mais de um rótulo.'],
    },
    'short-text': {
      pass: ['Todos os textos têm {{characters, number}} caracteres ou mais.'],
      warn: ['{{rows, number}} textos têm menos de {{characters, number}} caracteres.'],
    },
    'long-text': {
      pass: ['O texto mais longo tem {{longest, number}} caracteres.'],
      warn: [
        '{{rows, number}} textos têm {{characters, number}} caracteres ou mais; o mais longo, {{longest, number}}.',
      ],
    },
    truncation: {
      pass: ['{{share, percent}} dos textos perdem o final com {{maxLength, number}} tokens.'],
      warn: ['{{share, percent}} dos textos perdem o final com {{maxLength, number}} tokens.'],
    },
    'not-a-number': { warn: ['{{rows, number}} linhas sem um número no alvo ficaram de fora.'] },
    'constant-target': {
      pass: ['Os números variam.'],
      warn: ['Quase todas as linhas têm o mesmo número, {{value}}.'],
      fail: ['Todas as linhas têm o mesmo número, {{value}}: não há o que aprender.'],
    },
    outliers: {
      pass: ['Nenhum número está a mais de {{beyond, number}} desvios da média.'],
      warn: ['{{rows, number}} números estão a mais de {{beyond, number}} desvios da média.'],
    },
    'empty-prompt': { warn: ['{{rows, number}} linhas sem pedido ficaram de fora.'] },
    'empty-response': { warn: ['{{rows, number}} linhas sem resposta ficaram de fora.'] },
    'group-across-splits': {
      pass: ['Nenhum grupo está em mais de uma divisão.'],
      warn: ['{{groups, number}} grupos estão em mais de uma divisão: o teste contém vizinhos do que foi aprendido.'],
    },
  },
}
