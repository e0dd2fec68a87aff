"""Makes `support`, the helpers the tests share, importable from wherever the tests are run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
