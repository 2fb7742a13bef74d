// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "arguments.hpp"
#include "samples.hpp"

namespace scprior::bench {

/// How near scprior's training comes to what this machine can do, as measured in the same repetitions.
struct Shares {
  Summary roofline;  ///< shortest possible time of a step (roofline.hpp) over its measured time
  Summary gemm;      ///< time of the output layer's three products at the best rate over the measured time of a step
};
Shares shares_of(const Samples& samples, const Arguments& arguments, const std::string& model, int64_t batch,
                 const std::string& precision);

}  // namespace scprior::bench
