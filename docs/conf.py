"""How the pages are built. Their words stand in the pages, the reference comes from the code."""

import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

# Sphinx takes the repr of all that it finds in a module, strategies included.
warnings.filterwarnings("ignore", message="Generating overly large repr")

project = "saasops"
author = "The saasops authors"
project_copyright = "The saasops authors, Apache-2.0"

extensions = ["myst_parser", "sphinx.ext.autodoc", "reference_pages"]
exclude_patterns = ["locales"]
default_role = "py:obj"

autodoc_default_options = {"members": True}
autodoc_use_type_comments = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
myst_heading_anchors = 3

locale_dirs = ["locales"]
gettext_compact = False
gettext_location = False

html_theme = "furo"
html_title = "saasops"
html_show_sphinx = False
