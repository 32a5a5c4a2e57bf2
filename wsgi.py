"""The WSGI application, for gunicorn and other servers."""

import sys

from gaissa_web.app import create_app
from gaissa_web.config import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
