"""A worker process at the pace of the chaos: the product's own loop, impatient."""

import os

from learn.app import create_app
from learn.outbox.worker import Pace, run

HURRIED = Pace(timeout=1.0, lease=3.0, idle=0.05, first_backoff=0.2, longest_backoff=2.0)

if __name__ == "__main__":
    run(create_app(os.environ), HURRIED)
