"""How the documentation is built: Markdown through MyST, no theme beyond the built-in one."""

project = "Hexi"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "Public data and public services in one package", "fixed_sidebar": True}
language = "en"
