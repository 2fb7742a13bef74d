// SPDX-License-Identifier: Apache-2.0
// A prior with an option whose default lies outside its own range: the file is refused, with all that is in it.
#include "toy_mixture.hpp"

namespace scprior::toy {
namespace {

class DefaultOutOfRange : public Gaussian {
 public:
  explicit DefaultOutOfRange(const Options& options) { options.integer("components"); }
  static OptionTable options() { return {option::integer("components", 0, "number of components").at_least(1)}; }
};

}  // namespace
}  // namespace scprior::toy

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "broken_default",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               scprior::component<scprior::toy::DefaultOutOfRange>({.name = "default_out_of_range",
                                                                    .summary = "a planted mistake",
                                                                    .citation = "none",
                                                                    .capabilities = SCPRIOR_OFFERS_KL}));
