"""How the documentation is built: Markdown through MyST, no theme beyond the built-in one."""

project = "Hexi"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "alabaster"
SANS = 'system-ui, "PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", sans-serif'
html_theme_options = {
    "description": "Public data and public services in one package",
    "fixed_sidebar": True,
    "page_width": "1240px",
    "body_max_width": "auto",
    "font_family": SANS,
    "head_font_family": SANS,
    "font_size": "16px",
}
html_show_copyright = False
html_show_sphinx = False
language = "en"
