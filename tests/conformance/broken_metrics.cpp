// SPDX-License-Identifier: Apache-2.0
// Metrics with planted mistakes. The names of components say what is wrong; see planted_bugs.tsv.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "scprior/cell_statistics.hpp"
#include "scprior/plugin.hpp"

namespace scprior::toy {
namespace {

using Better = MetricValue::Better;

MetricResult value_of(double value) { return {{{"", value, Better::higher, ""}}, {}}; }

/// Share of the cells whose nearest other cell has the same label.
double neighbours_agree(const at::Tensor& z, const at::Tensor& labels) {
  const at::Tensor distance = at::cdist(z, z).fill_diagonal_(INFINITY);
  return (labels.index_select(0, distance.argmin(1)) == labels).to(at::kDouble).mean().item<double>();
}

/// A correct metric to spoil: the share of cells whose nearest cell has the same label.
class Neighbours : public Metric {
 public:
  MetricResult evaluate(const Evaluation& evaluation) override {
    if (!evaluation.labels()) return {{{"", NAN, Better::higher, "no cell types given"}}, {}};
    check_finite_cells("the latent mean", evaluation.latent_mean());
    return value_of(neighbours_agree(evaluation.latent_mean(), evaluation.labels()->codes));
  }
};

/// How far a cell lies from the next one in the file.
class OrderOfCells : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    return value_of(evaluation.latent_mean().diff(1, 0).norm(2, 1).mean().item<double>());
  }
};

/// Looks at the first half of the cells, "to save time".
class FirstHalf : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    const at::Tensor z = evaluation.latent_mean();
    return value_of(z.narrow(0, 0, z.size(0) / 2).var().item<double>());
  }
};

/// A running mean over calls.
class StateBetweenCalls : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    total_ += evaluation.latent_mean().var().item<double>();
    return value_of(total_ / ++calls_);
  }
  double total_ = 0;
  int calls_ = 0;
};

/// The state lives in the library, not in the object.
class StateBetweenObjects : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    static double largest = 0;
    largest = std::max(largest, evaluation.latent_mean().norm().item<double>());
    return value_of(evaluation.latent_mean().norm().item<double>() / largest);
  }
};

/// Cells that are not numbers are passed over in silence.
class NanPassedOver : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    return value_of(at::nanmean(evaluation.latent_mean().square()).item<double>());
  }
};

/// Comparisons with NaN are false: a count that looks like an answer.
class NanCounted : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    return value_of((evaluation.latent_mean().var(0) > 0.01).sum().item<double>());
  }
};

class NanWithoutNote : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    if (!evaluation.labels()) return value_of(NAN);
    check_finite_cells("the latent mean", evaluation.latent_mean());
    return value_of(neighbours_agree(evaluation.latent_mean(), evaluation.labels()->codes));
  }
};

/// Labels are not always given.
class CrashesWithoutLabels : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    return value_of(neighbours_agree(evaluation.latent_mean(), evaluation.labels()->codes));
  }
};

/// The number of a cell type is taken for a quantity.
class CodesAsNumbers : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    if (!evaluation.labels()) return {{{"", NAN, Better::higher, "no cell types given"}}, {}};
    check_finite_cells("the latent mean", evaluation.latent_mean());
    const at::Tensor code = evaluation.labels()->codes.to(evaluation.latent_mean().scalar_type());
    return value_of((code * evaluation.latent_mean().select(1, 0)).mean().item<double>());
  }
};

/// A subsample from the global generator.
class GlobalRng : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    const at::Tensor rows = at::randperm(evaluation.n_cells()).narrow(0, 0, evaluation.n_cells() / 2);
    return value_of(evaluation.latent_mean().index_select(0, rows).var().item<double>());
  }
};

class NamesTwice : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    const double variance = evaluation.latent_mean().var().item<double>();
    return {{{"", variance, Better::higher, ""}, {"", variance / 2, Better::higher, ""}}, {}};
  }
};

class ChangesTheLatentSpace : public Metric {
  MetricResult evaluate(const Evaluation& evaluation) override {
    check_finite_cells("the latent mean", evaluation.latent_mean());
    at::Tensor z = evaluation.latent_mean();
    z.sub_(z.mean(0, true));
    return value_of(z.var().item<double>());
  }
};

template <class C>
ComponentSpec bug(const char* name) {
  return component<C>({.name = name, .summary = "a planted mistake", .citation = "none"});
}

}  // namespace
}  // namespace scprior::toy

using namespace scprior::toy;

SCPRIOR_PLUGIN((scprior::PluginInfo{.id = "broken_metrics",
                                    .version = "0.1.0",
                                    .author = "scprior developers",
                                    .license = "Apache-2.0"}),
               bug<Neighbours>("right_neighbours"), bug<OrderOfCells>("order_of_cells"), bug<FirstHalf>("first_half"),
               bug<StateBetweenCalls>("state_between_calls"), bug<StateBetweenObjects>("state_between_objects"),
               bug<NanPassedOver>("nan_passed_over"), bug<NanCounted>("nan_counted"),
               bug<NanWithoutNote>("nan_without_note"), bug<CrashesWithoutLabels>("crashes_without_labels"),
               bug<CodesAsNumbers>("codes_as_numbers"), bug<GlobalRng>("global_rng"), bug<NamesTwice>("names_twice"),
               bug<ChangesTheLatentSpace>("changes_the_latent_space"));
