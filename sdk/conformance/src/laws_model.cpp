// SPDX-License-Identifier: Apache-2.0
// Laws of everything that is part of a model: what it owns, keeps and shares.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <set>

#include "scprior/conformance/evaluate.hpp"
#include "scprior/conformance/must.hpp"

namespace scprior::conformance {
namespace {

using Tensors = std::vector<at::Tensor>;

void check_same(const Tensors& got, const Tensors& wanted, const std::string& what) {
  must(got.size() == wanted.size(), what, ": ", got.size(), " outputs, wanted ", wanted.size());
  for (size_t i = 0; i < got.size() && i < wanted.size(); ++i)
    must(same_bits(got[i], wanted[i]), what, ": output ", i, " differs by up to ",
         largest_difference(got[i], wanted[i]), ", wanted the same bits");
}

std::vector<at::Tensor> copies(Module& module) {
  std::vector<at::Tensor> all;
  for (const Module::Entry& entry : module.entries()) all.push_back(entry.tensor->detach().clone());
  return all;
}

bool any_differs(const Tensors& a, const Tensors& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (!same_bits(a[i], b[i])) return true;
  return a.size() != b.size();
}

/// As a saved model is loaded: built, never started from cells.
std::unique_ptr<Component> built_only(uint64_t stream) {
  std::unique_ptr<Component> component = make_component();
  component->build(dims_for(*component), generator(stream));
  component->to(at::kDouble);
  component->eval();
  return component;
}

TEST_CASE("model: can be built", "[built]") {
  const Dims dims = small_dims();
  const std::string text = refusal([] { prepare(*ready(1)); }, true);
  must(text.empty(), "for ", dims.genes, " genes, ", dims.latent, " latent and ", dims.hidden, " hidden units: ", text,
       "; the other laws were not tried");
}

TEST_CASE("model: its tensors have distinct names, memory of their own and finite values", "[model]") {
  const auto component = ready(1, at::kFloat);
  std::set<std::string> names;
  std::set<const void*> places;
  for (const Module::Entry& entry : component->entries()) {
    const at::Tensor& tensor = *entry.tensor;
    must(!entry.name.empty() && names.insert(entry.name).second, "two tensors are named \"", entry.name, '"');
    must(tensor.defined(), entry.name, " is not defined");
    if (!tensor.defined()) continue;
    must(all_finite(tensor), entry.name, " holds values that are not finite");
    must(tensor.numel() == 0 || places.insert(tensor.data_ptr()).second, entry.name,
         " is the memory of another tensor");
    must(!entry.traits.trainable || (tensor.is_floating_point() && tensor.requires_grad() && tensor.is_leaf()),
         entry.name, " is trainable, and must be a floating-point leaf that requires gradients");
  }
  SUCCEED();
}

TEST_CASE("model: computes in the type of its tensors, float or double", "[model]") {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const auto component = ready(1, type);
    Call call;
    call.type = type;
    for (const at::Tensor& output : outputs(*component, call)) {
      if (!output.defined()) continue;
      must(output.scalar_type() == type, "an output is of type ", at::toString(output.scalar_type()), ", wanted ",
           at::toString(type));
      must(all_finite(output), "in ", at::toString(type), " an output is not finite");
    }
  }
}

TEST_CASE("model: saved tensors, loaded into a new object, give the same bits", "[model]") {
  const auto original = ready(1);
  perturb(*original, 2);
  const Tensors wanted = outputs(*original, {});
  for (const bool was_used : {false, true}) {
    const auto copy = was_used ? ready(7) : built_only(8);
    if (was_used) outputs(*copy, {});
    const std::string problem = copy_tensors(*original, *copy);
    must(problem.empty(), problem);
    if (problem.empty())
      check_same(outputs(*copy, {}), wanted, was_used ? "loaded into an object in use" : "loaded into a new object");
  }
}

TEST_CASE("model: two objects share nothing", "[model]") {
  const auto one = ready(1, at::kFloat), other = ready(1, at::kFloat);
  Call call;
  call.type = at::kFloat;
  const Tensors before = outputs(*other, call), tensors = copies(*other);
  perturb(*one, 3);
  outputs(*one, call);
  check_same(copies(*other), tensors, "after another object was changed, a tensor of this one");
  check_same(outputs(*other, call), before, "after another object was changed");
}

TEST_CASE("model: the same seed gives the same tensors and outputs", "[model]") {
  const auto one = ready(1), other = ready(1);
  check_same(copies(*other), copies(*one), "tensors");
  check_same(outputs(*other, {}), outputs(*one, {}), "outputs");
}

TEST_CASE("model: other seeds give other tensors where they are random", "[model]") {
  constexpr uint64_t n_seeds = 6;
  std::vector<Tensors> starts;
  bool is_random = false;
  for (uint64_t seed = 1; seed <= n_seeds; ++seed) {
    const auto component = make_component();
    const at::Generator draw = generator(seed);
    const at::Tensor before = draw.get_state();
    component->build(dims_for(*component), draw);
    is_random = is_random || !same_bits(before, draw.get_state());
    starts.push_back(copies(*component));
  }
  // A component in C is given a seed, drawn by the host, whether it uses it or not.
  if (!is_random || subject().tier == SCPRIOR_TIER_C) SKIP("its start is not random");
  bool differs = false;
  for (const Tensors& start : starts) differs = differs || any_differs(start, starts.front());
  must(differs, "build() draws random numbers, yet ", n_seeds, " seeds give the same tensors");
}

TEST_CASE("model: evaluation repeats bit by bit and changes no tensor", "[model]") {
  const auto component = ready(1);
  perturb(*component, 2);
  const Tensors first = outputs(*component, {});
  const Tensors tensors = copies(*component);
  Call other;
  other.stream = 9;
  outputs(*component, other);
  check_same(outputs(*component, {}), first, "after another call");
  check_same(copies(*component), tensors, "in evaluation mode a tensor");
}

TEST_CASE("model: noise of training comes from the generator that was passed", "[model]") {
  std::vector<Tensors> results;
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto component = ready(1);
    component->train(generator(5));
    results.push_back(outputs(*component, {}));
  }
  check_same(results[1], results[0], "in training mode with the same seed");
}

TEST_CASE("model: the global random generator is left alone", "[model]") {
  const at::Generator global = at::detail::getDefaultCPUGenerator();
  const at::Tensor before = global.get_state();
  const auto component = ready(1);
  const at::Tensor after_build = global.get_state();
  must(same_bits(before, after_build), "making, building or starting it draws from the global generator");
  outputs(*component, {});
  const at::Tensor after_call = global.get_state();
  must(same_bits(after_build, after_call), "using it draws from the global generator");
  component->train(generator(5));
  outputs(*component, {});
  must(same_bits(after_call, global.get_state()), "in training mode it draws from the global generator");
}

TEST_CASE("model: inputs are not changed", "[model]") {
  const auto component = ready(1);
  bool unchanged = true;
  Call call;
  call.unchanged = &unchanged;
  outputs(*component, call);
  must(unchanged, "an input has other values after the call");
}

TEST_CASE("model: inputs that are not contiguous give the same outputs", "[model]") {
  const auto component = ready(1);
  Call call;
  call.samples = 3;
  const Tensors wanted = outputs(*component, call);
  call.strided = true;
  const Tensors got = outputs(*component, call);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const double difference = largest_difference(got.at(i), wanted[i]);
    must(difference < 1e-8 * (1 + (wanted[i].defined() ? wanted[i].abs().max().item<double>() : 0)), "output ", i,
         " differs by up to ", difference);
  }
}

}  // namespace
}  // namespace scprior::conformance
