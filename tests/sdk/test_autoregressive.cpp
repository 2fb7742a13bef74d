// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "scprior/autoregressive.hpp"
#include "scprior/error.hpp"

using namespace scprior;
using nn::AutoregressiveOptions;
using nn::MaskedAutoregressive;

namespace {

struct Shape {
  int64_t dims, context;
  std::vector<int64_t> hidden;
  bool random_order;
};

const std::vector<Shape> shapes = {{2, 3, {2}, false},     {5, 3, {2, 7}, false},  {5, 0, {4, 3}, false},
                                   {6, 2, {16, 9}, true},  {4, 0, {12}, true},     {1, 2, {3}, false},
                                   {9, 1, {3, 20}, false}, {16, 4, {16, 5}, true}, {2, 0, {1}, false}};

std::unique_ptr<MaskedAutoregressive> make(const Shape& shape, uint64_t seed) {
  AutoregressiveOptions options;
  options.hidden = shape.hidden;
  options.random_order = shape.random_order;
  auto network =
      std::make_unique<MaskedAutoregressive>(shape.dims, shape.context, options, at::detail::createCPUGenerator(seed));
  network->to(at::kDouble);
  return network;
}

at::Tensor entry(const Module& module, const std::string& name) {
  for (const Module::Entry& candidate : module.entries())
    if (candidate.name == name) return *candidate.tensor;
  FAIL("no tensor called " << name);
  return {};
}

/// d outputs / d x: [outputs · D, width of x], by autograd.
at::Tensor jacobian(const at::Tensor& outputs, const at::Tensor& x) {
  const at::Tensor flat = outputs.reshape(-1);
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < flat.size(0); ++i) {
    x.mutable_grad().reset();
    flat[i].backward({}, true);
    rows.push_back(x.grad().clone());
  }
  return at::stack(rows);
}

at::Tensor normal(at::IntArrayRef shape, uint64_t seed) {
  return at::empty(shape, at::kDouble).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

}  // namespace

TEST_CASE("outputs of a coordinate depend on the coordinates before it, on no others, and on the context",
          "[nn][made]") {
  for (const Shape& shape : shapes) {
    at::Tensor seen = at::zeros({2, shape.dims, shape.dims}, at::kBool);
    at::Tensor context_seen = at::zeros({2, shape.dims}, at::kBool);
    const auto network = make(shape, 3);
    for (uint64_t point = 0; point < 3; ++point) {
      const at::Tensor z = normal({shape.dims}, 5 + point).set_requires_grad(true);
      const at::Tensor context =
          shape.context ? normal({shape.context}, 50 + point).set_requires_grad(true) : at::Tensor();
      const at::Tensor outputs = network->forward(z, context);
      REQUIRE(outputs.sizes() == at::IntArrayRef({2, shape.dims}));
      if (shape.dims > 1 || shape.context > 0) {
        seen |= jacobian(outputs, z).view({2, shape.dims, shape.dims}) != 0;
        if (shape.context)
          context_seen |= (jacobian(outputs, context).view({2, shape.dims, shape.context}) != 0).all(2);
      }
    }
    // In the order of the network the Jacobian is strictly lower triangular; where the layers are wide enough, with no
    // zero below the diagonal.
    const at::Tensor ordered = seen.index_select(1, network->order()).index_select(2, network->order());
    const at::Tensor before = (at::ones({shape.dims, shape.dims}).tril(-1) > 0).expand({2, shape.dims, shape.dims});
    INFO("dims " << shape.dims << ", context " << shape.context);
    REQUIRE_FALSE((ordered & ~before).any().item<bool>());
    const bool wide = *std::min_element(shape.hidden.begin(), shape.hidden.end()) >= shape.dims;
    if (wide) REQUIRE(at::equal(ordered, before));
    if (shape.dims > 1) REQUIRE(ordered.select(1, shape.dims - 1).any().item<bool>());
    if (shape.context) REQUIRE(context_seen.all().item<bool>());
  }
}

TEST_CASE("every hidden unit sees something and reaches an output", "[nn][made]") {
  for (const Shape& shape : shapes) {
    const auto network = make(shape, 4);
    // 1 where information flows: [units, inputs], context in the last column.
    at::Tensor from_input = at::eye(shape.dims + 1, at::kDouble);
    from_input = from_input.narrow(0, 0, shape.dims);
    std::vector<at::Tensor> masks;
    for (size_t layer = 0; layer < shape.hidden.size(); ++layer)
      masks.push_back(entry(*network, concat("hidden_", layer, ".mask")));
    const at::Tensor output_mask = entry(*network, "output.mask");

    for (size_t layer = 0; layer < masks.size(); ++layer) {
      from_input = at::matmul(masks[layer], from_input);
      if (layer == 0 && shape.context) from_input.select(1, shape.dims).fill_(1);
      REQUIRE((from_input.sum(1) > 0).all().item<bool>());
    }
    at::Tensor to_output = output_mask;  // [outputs, units]
    for (size_t layer = masks.size(); layer-- > 0;) {
      REQUIRE((to_output.sum(0) > 0).all().item<bool>());
      to_output = at::matmul(to_output, masks[layer]);
    }
  }
}

TEST_CASE("masks and order are buffers that travel with the weights", "[nn][made]") {
  const Shape shape{6, 2, {16, 9}, true};
  const auto network = make(shape, 5), other = make(shape, 6);
  const at::Tensor z = normal({4, 6}, 1), context = normal({4, 2}, 2);
  REQUIRE_FALSE(at::equal(network->order(), other->order()));
  std::set<std::string> buffers;
  const auto from = network->entries(), to = other->entries();
  REQUIRE(from.size() == to.size());
  for (size_t i = 0; i < from.size(); ++i) {
    REQUIRE(from[i].name == to[i].name);
    REQUIRE_FALSE(from[i].traits.penalised);
    if (!from[i].traits.trainable) buffers.insert(from[i].name);
    *to[i].tensor = from[i].tensor->detach().clone();
  }
  other->loaded();
  REQUIRE(buffers == std::set<std::string>{"order", "hidden_0.mask", "hidden_1.mask", "output.mask"});
  REQUIRE(at::equal(other->forward(z, context), network->forward(z, context)));
  REQUIRE(at::equal(std::get<0>(network->order().sort()), at::arange(6, at::kLong)));
}

TEST_CASE("the packed layers are those of the network", "[nn][made]") {
  for (const Shape& shape : shapes) {
    const auto network = make(shape, 8);
    for (const Module::Entry& entry : network->entries())  // biases are 0 at first
      if (entry.name.ends_with(".bias")) entry.tensor->detach().copy_(normal(entry.tensor->sizes(), 9));
    const at::Tensor z = normal({shape.dims}, 5), context = shape.context ? normal({shape.context}, 6) : at::Tensor();
    at::Tensor x = z.index_select(0, network->order());
    const auto layers = network->packed<double>();
    REQUIRE(layers.size() == shape.hidden.size() + 1);
    for (size_t l = 0; l < layers.size(); ++l) {
      const kernels::StaircaseLayer<double>& layer = layers[l];
      const int64_t n_groups = static_cast<int64_t>(layer.extents.size());
      const int64_t in_group = (layer.padding + layer.units) / n_groups;
      at::Tensor y = at::tensor(layer.bias, at::kDouble);
      size_t next = 0;
      for (int64_t group = 0; group < n_groups; ++group)
        for (int64_t k = 0; k < layer.extents[group]; ++k)
          for (int64_t u = 0; u < in_group; ++u) y[group * in_group + u] += layer.weights[next++] * x[k];
      REQUIRE(next == layer.weights.size());
      y = y.narrow(0, layer.padding, layer.units);
      if (l == 0) y = y - entry(*network, "hidden_0.bias") + network->first_layer_start(context);
      x = l + 1 < layers.size() ? at::tanh(y) : y;
    }
    const at::Tensor in_order = network->forward(z, context).index_select(1, network->order());  // [2, D]
    REQUIRE(at::allclose(x.view({shape.dims, 2}).t(), in_order, 1e-12, 1e-12));
  }
}

TEST_CASE("initial biases are those asked for", "[nn][made]") {
  AutoregressiveOptions options;
  options.hidden = {4};
  options.initial_bias = {0.5, 2};
  MaskedAutoregressive network(3, 0, options, at::detail::createCPUGenerator(1));
  const at::Tensor outputs = network.forward(at::zeros({3}), at::Tensor());
  // Without context, and at z = 0 with biases 0 in the hidden layer, the outputs are their biases.
  REQUIRE(at::equal(outputs, at::tensor({0.5f, 0.5f, 0.5f, 2.0f, 2.0f, 2.0f}).view({2, 3})));
}

TEST_CASE("the context is shared by the samples of a cell", "[nn][made]") {
  const auto network = make({5, 3, {8}, false}, 7);
  const at::Tensor z = normal({4, 6, 5}, 1), context = normal({6, 3}, 2);
  const at::Tensor together = network->forward(z, context), alone = network->forward(z[2], context);
  REQUIRE(together.sizes() == at::IntArrayRef({4, 6, 2, 5}));
  REQUIRE(at::allclose(together[2], alone, 1e-14, 1e-14));
}

TEST_CASE("an autoregressive network draws from its own generator only", "[nn][made]") {
  const at::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
  const auto network = make({6, 2, {16, 9}, true}, 8), twin = make({6, 2, {16, 9}, true}, 8);
  REQUIRE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
  const at::Tensor z = normal({4, 6}, 1), context = normal({4, 2}, 2);
  REQUIRE(at::equal(network->forward(z, context), twin->forward(z, context)));
}

TEST_CASE("an autoregressive network refuses what cannot work", "[nn][made]") {
  at::Generator init = at::detail::createCPUGenerator(1);
  AutoregressiveOptions options;
  options.hidden = {1};
  REQUIRE_THROWS_AS(MaskedAutoregressive(5, 2, options, init), Error);
  options.hidden = {};
  REQUIRE_THROWS_AS(MaskedAutoregressive(5, 2, options, init), Error);
  options.hidden = {8};
  options.initial_bias = {1};
  REQUIRE_THROWS_AS(MaskedAutoregressive(5, 2, options, init), Error);
  options.initial_bias = {};
  const MaskedAutoregressive network(5, 2, options, init);
  REQUIRE_THROWS_AS(network.forward(at::zeros({3, 4}), at::zeros({3, 2})), Error);
  REQUIRE_THROWS_AS(network.forward(at::zeros({3, 5}), at::zeros({3, 3})), Error);
  REQUIRE_THROWS_AS(network.forward(at::zeros({3, 5}), at::Tensor()), Error);
}
