"""Check a model's folder: it loads without warnings, and the tokenizers of Python and of npm give the same ids."""

import argparse
import csv
import json
import random
import subprocess
import tempfile
import warnings
from pathlib import Path

from tokenizers import Tokenizer

ODD = ["", "   ", "É ção ÀÉÎõü ﬁ ½ \u200b\u00ad tab\tnl\n", "北京 😀👍🏽 İstanbul ß", "a" * 120, "[MASK] [CLS]"]

SCRIPT = """
const { Tokenizer } = require(process.argv[1]);
const { texts } = JSON.parse(require('fs').readFileSync(process.argv[3], 'utf8'));
const tokenizer = Tokenizer.fromFile(process.argv[2]);
(async () => {
  const ids = [];
  for (const text of texts) ids.push([...(await tokenizer.encode(text)).getIds()]);
  console.log(JSON.stringify(ids));
})();
"""


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--model", type=Path, required=True)
    ap.add_argument("--data", type=Path, required=True)
    ap.add_argument("--node", type=Path, help="node")
    ap.add_argument("--package", type=Path, help="folder of the npm package tokenizers")
    args = ap.parse_args()

    from transformers import AutoModel, AutoTokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fast = AutoTokenizer.from_pretrained(args.model)
        model, info = AutoModel.from_pretrained(args.model, output_loading_info=True)
    assert not any(info.values()), info
    print(type(model).__name__, model.dtype, sum(p.numel() for p in model.parameters()), "parameters")

    random.seed(17)
    texts = list(ODD)
    for name in ("mr_rotten_tomatoes", "sms_spam", "told_br"):
        with open(args.data / name / "data.csv", encoding="utf-8", newline="") as f:
            texts += random.sample([r["text"] for r in csv.DictReader(f)], 300)
    tok = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    ids = [tok.encode(t).ids for t in texts]
    assert ids == [fast(t)["input_ids"] for t in texts], "transformers and tokenizers differ"
    if args.node and args.package:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "texts.json"
            file.write_text(json.dumps({"texts": texts}), encoding="utf-8")
            command = [args.node, "-e", SCRIPT, args.package.resolve(), (args.model / "tokenizer.json").resolve(), file]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert json.loads(out) == ids, "Python and npm differ"
        print(len(texts), "texts: the same ids in Python and npm")


if __name__ == "__main__":
    main()
