"""The WSGI application, for gunicorn and other servers."""

from gaissa_web.app import create_app

app = create_app()
