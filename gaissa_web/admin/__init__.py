"""Management: what QA managers see and change, behind their sign-in.

One folder for each subject, arranged like the products: `routes`, and `forms`, `queries` (what it
shows) and `services` (what it changes) where it needs them.
"""

import gaissa_web.admin.accounts.routes
import gaissa_web.admin.accounts.signing_in
import gaissa_web.admin.audit.routes
import gaissa_web.admin.carbon.routes
import gaissa_web.admin.connectors.routes
import gaissa_web.admin.desk.routes
import gaissa_web.admin.jobs.routes
import gaissa_web.admin.schemes.metrics
import gaissa_web.admin.schemes.routes
import gaissa_web.admin.settings.routes
import gaissa_web.admin.tables.routes
import gaissa_web.admin.tools.routes
from gaissa_web.admin.blueprint import blueprint

__all__ = ["blueprint"]
