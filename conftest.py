"""For the tests, and for the notebooks under nbval: whoever runs them, messages are in English."""

import os
from pathlib import Path

os.environ["LANGUAGE"] = "en"
os.environ["PYTHONPATH"] = str(Path(__file__).parent)  # whatever they start has this package
