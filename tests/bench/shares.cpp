// SPDX-License-Identifier: Apache-2.0
#include "shares.hpp"

#include <algorithm>

#include "models.hpp"
#include "plan.hpp"
#include "roofline.hpp"

namespace scprior::bench {

Shares shares_of(const Samples& samples, const Arguments& arguments, const std::string& model, int64_t batch,
                 const std::string& precision) {
  const std::string task = train_name(ours, model, batch, precision);
  const std::vector<double> steps = samples.values(task, "step_seconds"),
                            entries = samples.values(task, "nonzeros_per_cell"),
                            float32 = samples.values(limits_name, "gemm_float32"),
                            half = samples.values(limits_name, "gemm_bf16"),
                            // A copy has to fetch what it overwrites, an update in place does not.
                            memory = combine(samples.values(limits_name, "copy"), samples.values(limits_name, "update"),
                                             [](double a, double b) { return std::max(a, b); });
  const bool bf16 = precision == "bf16";
  std::vector<double> roofline, gemm;
  const size_t n = std::min({steps.size(), entries.size(), float32.size(), half.size(), memory.size()});
  for (size_t i = 0; i < n; ++i) {
    const Rates rates{float32[i], half[i], memory[i]};
    const Work work = work_of(network_of(model, batch, arguments.genes, entries[i], arguments.components), bf16);
    roofline.push_back(seconds_at_limit(work, rates, bf16) / steps[i]);
    gemm.push_back(work.output_flops / (bf16 ? rates.gemm_bf16 : rates.gemm_float32) / steps[i]);
  }
  return {summarise(roofline), summarise(gemm)};
}

}  // namespace scprior::bench
