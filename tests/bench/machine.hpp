// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace scprior::bench {

/// What of the instruction sets that matter here the processor has: "avx2 avx512f avx512_bf16 amx_bf16".
std::string processor_features();

/// How much of the machine others used since this object was made. Timings of a disturbed machine are worth little.
class OtherLoad {
 public:
  OtherLoad() : begin_(now()) {}
  /// Share of all processor time, 0 to 1, that went neither to this process and its ended children nor to nobody.
  double share() const;

 private:
  struct Times {
    double all = 0, busy = 0, own = 0;  // seconds
  };
  static Times now();
  Times begin_;
};

}  // namespace scprior::bench
