"""Energy labels: registering, importing, showing, sharing, finding and comparing them.

`routes` and `registering` parse requests and render, `forms` validates what people type, `queries` reads,
`services` writes, `documents` makes the files a label can be taken away as.
"""

from gaissa_web.labels import registering, routes
from gaissa_web.labels.blueprint import blueprint

__all__ = ["blueprint", "registering", "routes"]
