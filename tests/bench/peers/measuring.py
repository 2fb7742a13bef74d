# SPDX-License-Identifier: Apache-2.0
"""What the peers' scripts share: timing of steps as scprior-bench times its own, and the line of JSON it reads."""
import json
import resource
import time

import numpy as np

WARM_UP_STEPS = 4
MIN_STEPS = 6


def time_steps(step, seconds):
    """Seconds of each step: the first are left out, then as many as fill `seconds`, at least MIN_STEPS."""
    for _ in range(WARM_UP_STEPS):
        step()
    times = []
    while len(times) < MIN_STEPS or sum(times) < seconds:
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    return times


def speed(times, batch):
    median = float(np.median(times))
    return {"step_seconds": median, "cells_per_second": batch / median, "steps": len(times)}


def memory(counts):
    """Peak of this process, and how much of it is not the cells-by-genes matrix `counts` (CSR). Bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    data = counts.data.nbytes + counts.indices.nbytes + counts.indptr.nbytes
    return {"peak_bytes": peak, "data_bytes": data, "beyond_data_bytes": peak - data}


def report(values, facts):
    print(json.dumps({"values": values, "facts": facts}), flush=True)
