// SPDX-License-Identifier: Apache-2.0
#include "scprior/two_levels.hpp"

#include <ATen/ATen.h>

#include "scprior/error.hpp"

namespace scprior::nn {
namespace {

constexpr double output_share = 0.01;  // of Glorot's weights, so that training starts near the identity

}  // namespace

OptionTable two_level_rows() {
  const TwoLevelOptions defaults;
  return {
      option::integer("top", defaults.top, "number of upper latent units D2, the first ones; 0 = half, rounded down")
          .at_least(0),
      option::integers("hidden", defaults.hidden,
                       "widths of the hidden layers of the network between the levels; [] = a linear map")
          .at_least(1),
      option::choice("activation", activation_names(), defaults.activation, "non-linearity of the hidden layers"),
      option::real("log_scale_bound", defaults.log_scale_bound,
                   "the logarithm of the lower level's scale stays within plus or minus this")
          .above(0)
          .at_most(20),
  };
}

TwoLevelOptions two_level_options(const Options& options) {
  return {.top = options.integer("top"),
          .hidden = options.integers("hidden"),
          .activation = options.text("activation"),
          .log_scale_bound = options.real("log_scale_bound")};
}

int64_t top_units(const TwoLevelOptions& options, int64_t latent) {
  if (latent < 2)
    fail(Status::config, "latent = ", latent, ": two levels need at least 2 latent units, one for each; raise latent, ",
         "or use a flow and a prior of one level, such as \"identity\" and \"vamp\"");
  if (options.top >= latent)
    fail(Status::config, "top = ", options.top, " of ", latent, " latent units: the lower level would have none; ",
         "must be from 1 to ", latent - 1, ", or 0 for half of them");
  return options.top > 0 ? options.top : latent / 2;
}

BetweenLevels::BetweenLevels(const TwoLevelOptions& options, int64_t latent, int64_t context_width, at::Generator init)
    : bound_(options.log_scale_bound),
      network_(top_units(options, latent) + context_width, 2 * (latent - top_units(options, latent)),
               {.hidden = options.hidden, .activation = options.activation, .output_share = output_share}, init) {
  add_child("network", network_);
}

BetweenLevels::Affine BetweenLevels::forward(const at::Tensor& z2, const at::Tensor& context) const {
  const at::Tensor known = context.defined() ? at::cat({z2, context}, -1) : z2;
  const std::vector<at::Tensor> halves = network_.forward(known).chunk(2, -1);
  return {halves[0], at::tanh(halves[1] / bound_) * bound_};
}

}  // namespace scprior::nn
