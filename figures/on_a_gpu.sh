#!/usr/bin/env bash
# What can only be seen on a GPU: all tests with CuPy, and table 1 with its goals. Run it in a checkout, in an environment
# with pip install -e ".[test,peers,cuda13]" (or cuda12), PyTorch and JAX built for the same CUDA if they are to compete:
#
#     bash figures/on_a_gpu.sh [FOLDER [--quick | --large]]
#
# FOLDER (default: gpu) then holds what the tests said, the tables, their data and their picture. --large, the default,
# measures n = 4096 and GPT-2, too; --quick is for a GPU that is lent for minutes.
set -euo pipefail
out=${1:-gpu}
amount=${2:---large}
python=${PYTHON:-python}
mkdir -p "$out"
tested=0
FIRE_REF_REQUIRE=cupy,gpu "$python" -m pytest 2>&1 | tee "$out/tests.txt" | tail -n 20 || tested=$?
"$python" -m figures table1 --device cuda "$amount" --out "$out" --format png
cat "$out/table1.md"
exit "$tested"  # a test that fails does not keep the table from being made
