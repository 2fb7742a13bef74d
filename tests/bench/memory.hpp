// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace scprior::bench {

/// Resident memory of this process, in bytes, code and libraries included (VmRSS and VmHWM of /proc/self/status).
struct Memory {
  double now = 0, peak = 0;
};
Memory resident_memory();

}  // namespace scprior::bench
