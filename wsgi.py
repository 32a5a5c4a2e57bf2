"""The WSGI application, for other servers than that of `gaissa serve`."""

import sys

from gaissa_web.app import create_app
from gaissa_web.config import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
