"""Puts fault points into a `serve` or `worker` that was started with FAULTS; every other Python starts
untouched.
"""

import os
import sys

if os.environ.get("FAULTS") and {"serve", "worker"} & set(sys.orig_argv):
    from support.fault_points import install

    install()
