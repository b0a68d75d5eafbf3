"""
Print the network blocks of README.md: the `sh` blocks that call pip, one shell script for .ci/run.

The other blocks belong to tests/house/test_readme.py, which also fails on a block that neither covers.
"""

import re
import sys
from pathlib import Path

blocks = re.findall(r"^```sh\n(.*?)^```$", Path(sys.argv[1]).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
network = [block for block in blocks if "pip install" in block]
assert len(network) == 2, f"the README promises two commands, found {len(network)}"
print("\n".join(network))
