"""Energy labels: registering, importing, showing, sharing, finding and comparing them.

`routes` parses requests and renders, `forms` validates what people type, `queries` reads,
`services` writes, `documents` makes the files a label can be taken away as.
"""

from gaissa_web.labels.routes import blueprint

__all__ = ["blueprint"]
