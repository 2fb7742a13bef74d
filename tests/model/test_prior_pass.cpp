// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "objective/elbo.hpp"
#include "scprior/core/batches.hpp"
#include "tools.hpp"

using namespace scprior;
using Catch::Matchers::WithinAbs;

namespace {

constexpr int64_t n_components = 5, n_genes = 30;

/// A VAMP model in double, and cells that are not its pseudo-inputs.
struct Setting {
  core::Model model;
  CellBatch batch;
};

Setting vamp_setting() {
  Setting setting;
  const auto cells = test::three_types(20, n_genes);
  const auto config = test::small_model("vamp", "identity", {{"components", n_components}});
  setting.model = core::build_model(config, test::numbered_genes(n_genes), test::shipped_plugins(), 1);
  setting.model.prior->initialise(core::make_batch(*cells, std::vector<int64_t>{1, 2, 3, 4, 5}),
                                  core::make_generator(2, at::kCPU));
  for (const core::Model::Part& part : setting.model.parts()) part.module->to(at::kDouble);
  setting.batch = core::make_batch(*cells, std::vector<int64_t>{6, 7, 8, 9, 10, 11, 12, 13});
  setting.batch.counts = setting.batch.counts.to(at::kDouble);
  setting.batch.normalised = setting.batch.normalised.to(at::kDouble);
  setting.batch.library = setting.batch.library.to(at::kDouble);
  return setting;
}

at::Tensor data_pass(Setting& setting) {
  const at::Generator noise = core::make_generator(7, at::kCPU);
  setting.model.train(noise);
  return core::negative_elbo(setting.model, setting.batch, 2, 1.0, noise).loss;
}

at::Tensor* find(core::Model& model, const std::string& name) {
  for (const Module::Entry& entry : model.entries())
    if (entry.name == name) return entry.tensor;
  FAIL("no tensor " << name);
  return nullptr;
}

/// The running statistics of a model, to compare with and to go back to.
std::vector<at::Tensor> running_statistics(const core::Model& model) {
  std::vector<at::Tensor> out;
  for (const Module::Entry& entry : model.entries())
    if (entry.name.find("running_") != std::string::npos) out.push_back(entry.tensor->clone());
  return out;
}

void restore(core::Model& model, const std::vector<at::Tensor>& statistics) {
  size_t i = 0;
  for (const Module::Entry& entry : model.entries())
    if (entry.name.find("running_") != std::string::npos) entry.tensor->copy_(statistics.at(i++));
}

bool equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (!a[i].equal(b[i])) return false;
  return true;
}

/// The step's loss with one number of a tensor moved by `in_pseudo` while the pseudo-inputs are encoded, and by
/// `in_data` while the cells are.
double loss_with(Setting& setting, at::Tensor& tensor, int64_t place, double in_pseudo, double in_data) {
  const at::NoGradGuard no_grad;
  const std::vector<at::Tensor> statistics = running_statistics(setting.model);
  const at::Tensor number = tensor.detach().view(-1)[place];
  const double value = number.item<double>();
  number.fill_(value + in_pseudo);
  setting.model.prepare_prior();
  number.fill_(value + in_data);
  const double loss = data_pass(setting).item<double>();
  number.fill_(value);
  restore(setting.model, statistics);
  return loss;
}

}  // namespace

TEST_CASE("encoding pseudo-inputs changes no running statistics and draws no random number", "[prior_pass]") {
  Setting setting = vamp_setting();
  setting.model.prepare_prior();
  const std::vector<at::Tensor> initial = running_statistics(setting.model);
  REQUIRE(initial.size() == 8);  // two of each of two hidden layers, in encoder and decoder
  data_pass(setting);
  const std::vector<at::Tensor> trained = running_statistics(setting.model);
  REQUIRE_FALSE(equal(initial, trained));

  const at::Generator noise = core::make_generator(3, at::kCPU);
  setting.model.train(noise);
  const at::Tensor state = noise.get_state(), probe = at::linspace(-1, 1, 24, at::kDouble).view({2, 2, 6});
  setting.model.prepare_prior();
  CHECK(equal(trained, running_statistics(setting.model)));
  CHECK(state.equal(noise.get_state()));
  const at::Tensor while_training = setting.model.prior->log_prob(probe);
  setting.model.eval();
  setting.model.prepare_prior();
  CHECK(while_training.equal(setting.model.prior->log_prob(probe)));

  // What is forbidden above happens where the cells themselves are encoded.
  setting.model.train(noise);
  setting.model.encoder->encode(setting.batch.normalised, {});
  CHECK_FALSE(equal(trained, running_statistics(setting.model)));
  CHECK_FALSE(state.equal(noise.get_state()));
}

TEST_CASE("a step's gradient of an encoder weight is that through the cells and that through the pseudo-inputs",
          "[prior_pass]") {
  Setting setting = vamp_setting();
  setting.model.prepare_prior();
  data_pass(setting);  // running statistics other than those of the start
  const std::vector<at::Tensor> statistics = running_statistics(setting.model);
  setting.model.prepare_prior();
  data_pass(setting).backward();  // the pass moves the running statistics that the prior's graph began with
  restore(setting.model, statistics);

  constexpr double h = 1e-5;
  for (const std::string name :
       {"encoder.trunk.input.weight", "encoder.trunk.input.bias", "encoder.trunk.block.norm.gamma",
        "encoder.trunk.rest.linear_0.weight", "encoder.mean.weight", "encoder.log_var.weight"}) {
    INFO(name);
    at::Tensor& weight = *find(setting.model, name);
    const at::Tensor gradient = weight.grad().reshape({-1});
    const int64_t place = gradient.abs().argmax().item<int64_t>();
    const double through_cells =
        (loss_with(setting, weight, place, 0, h) - loss_with(setting, weight, place, 0, -h)) / (2 * h);
    const double through_pseudo =
        (loss_with(setting, weight, place, h, 0) - loss_with(setting, weight, place, -h, 0)) / (2 * h);
    REQUIRE(std::abs(through_cells) > 1e-4);
    REQUIRE(std::abs(through_pseudo) > 1e-4);
    CHECK_THAT(gradient[place].item<double>(), WithinAbs(through_cells + through_pseudo, 1e-6));
  }
}

TEST_CASE("pseudo-inputs get the gradient of the loss", "[prior_pass]") {
  Setting setting = vamp_setting();
  setting.model.prepare_prior();
  const std::vector<at::Tensor> statistics = running_statistics(setting.model);
  data_pass(setting).backward();
  restore(setting.model, statistics);
  at::Tensor& values = *find(setting.model, "prior.pseudo_inputs.values");
  const int64_t place = values.grad().abs().argmax().item<int64_t>();
  constexpr double h = 1e-5;
  const double slope = (loss_with(setting, values, place, h, 0) - loss_with(setting, values, place, -h, 0)) / (2 * h);
  REQUIRE(std::abs(slope) > 1e-4);
  CHECK_THAT(values.grad()[place].item<double>(), WithinAbs(slope, 1e-6));
}
