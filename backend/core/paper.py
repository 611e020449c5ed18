"""The frame of a page to print: no script, nothing from elsewhere."""

from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<h1>{title}</h1>
{body}</body>
</html>
"""


def page(title: str, style: str, body: str) -> str:
    """`body` is HTML: whoever makes it has escaped what people wrote."""
    return _PAGE.format(title=escape(title), style=style, body=body)
