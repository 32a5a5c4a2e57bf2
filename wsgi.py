"""The WSGI application, for other servers than that of `gaissa serve`."""

import sys

from gaissa_web import logs
from gaissa_web.app import create_app
from gaissa_web.config import SettingsError, read_settings

try:
    settings = read_settings()
    logs.configure(settings.log_level)
    app = create_app(settings)
except SettingsError as error:
    sys.exit(str(error))
