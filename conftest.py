"""For the tests, and for the notebooks under nbval: whoever runs them, messages are in English."""

import os

os.environ["LANGUAGE"] = "en"
