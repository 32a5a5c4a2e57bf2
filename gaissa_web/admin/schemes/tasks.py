"""Rating labels again in the background."""

from gaissa_web.admin.schemes.queries import find_scheme, labels_rated_otherwise
from gaissa_web.admin.schemes.re_rating import check_target, re_rate_batch
from gaissa_web.jobs.running import RunningJob

RE_RATE = "re-rate"


def re_rate(job: RunningJob) -> str:
    """Rate the labels of other versions anew; begun again, it goes on with those that are left."""
    scheme_id = int(job.payload["scheme_id"])
    scheme = check_target(scheme_id)
    detail = find_scheme(scheme_id)
    total = labels_rated_otherwise(detail) if detail else 0
    done = after = 0
    job.report(done, total)
    while batch := re_rate_batch(scheme_id, scheme, after):
        after, count = batch
        done += count
        job.report(done, total)
    return f"{done:,} {'label was' if done == 1 else 'labels were'} rated anew."


RUNNERS = {RE_RATE: re_rate}
