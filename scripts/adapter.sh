#!/bin/sh
# Trains an adapter for the starter's language model from models/vivi. Everything is made in target/adapter.
set -eu
cd "$(dirname "$0")/.."
minutes=${ADAPTER_MINUTES:-60}
out=target/adapter
mkdir -p "$out"
if [ ! -x "$out/python/bin/python" ]; then
    python3 -m venv "$out/python" || {
        echo "python3 cannot make a virtual environment: install python3-venv (Debian: apt install python3-venv)" >&2
        exit 1
    }
fi
python="$out/python/bin/python"
# llama_cpp_python is only for evaluate.py.
grep -v '^llama_cpp_python' models/vivi/recipe/requirements.txt | "$python" -m pip install --quiet -r /dev/stdin
base=$("${VIVAVOCE:-target/release/vivavoce}" models path)/smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf
"$python" models/vivi/recipe/build_data.py --source models/vivi/dialogues --out "$out/data" --round 2
"$python" models/vivi/recipe/train.py --base "$base" --train "$out/data/train_used.jsonl" \
    --valid "$out/data/valid_used.jsonl" --out "$out/run" --minutes "$minutes"
echo "the adapter is $out/run/adapter-best.gguf; models/vivi/README.md says how it becomes the program's"
