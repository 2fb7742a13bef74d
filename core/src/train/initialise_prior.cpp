// SPDX-License-Identifier: Apache-2.0
#include "train/initialise_prior.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "scprior/core/batches.hpp"
#include "train/to_device.hpp"

namespace scprior::core {

void initialise_prior(Model& model, const CellSource& cells, const Split& split, uint64_t seed, at::Device device) {
  if (!model.prior) return;
  const int64_t wanted = model.prior->n_initial_cells(), available = static_cast<int64_t>(split.train.size());
  if (wanted > available)
    fail(Status::config, "prior/", model.config.prior.type, " of model \"", model.config.name, "\" starts from ",
         wanted, " training cells, but there are only ", available, "; choose fewer (prior.components = ", available,
         " or less), or another start (prior.init)");
  const at::Generator draw = make_generator(stream_seed(seed, RandomStream::prior), at::kCPU);
  std::vector<int64_t> rows;
  if (wanted > 0) {
    const at::Tensor chosen = at::randperm(available, draw, at::TensorOptions(at::kLong)).slice(0, 0, wanted);
    for (int64_t i = 0; i < wanted; ++i) rows.push_back(split.train[chosen[i].item<int64_t>()]);
    std::sort(rows.begin(), rows.end());
  }
  model.prior->initialise(to_device(make_batch(cells, rows), device), draw);
}

}  // namespace scprior::core
