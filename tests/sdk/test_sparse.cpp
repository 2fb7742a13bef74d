// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "scprior/count_matrix.hpp"
#include "scprior/kernels/sparse.hpp"
#include "scprior/testing/threads.hpp"

using namespace scprior;
using kernels::InstructionSet;

namespace {

constexpr int64_t rows = 23, genes = 700;  // several tiles of weights from a width of 100 on

at::Generator generator() { return at::detail::createCPUGenerator(17); }

/// About a tenth of the entries; row 3 is empty, row 4 full. Columns ascend, or else descend within a row.
template <class T>
struct Problem {
  explicit Problem(bool ascending = true) {
    at::Generator noise = generator();
    const auto options = at::TensorOptions(at::CppTypeToScalarType<T>::value);
    const at::Tensor full = at::rand({rows, genes}, noise, options) + 0.5;
    const at::Tensor kept = at::rand({rows, genes}, noise) < 0.1;
    kept[3].zero_();
    kept[4].fill_(true);
    dense = full * kept;
    row_ptr = at::cat({at::zeros({1}, at::kLong), kept.sum(1).cumsum(0)});
    const at::Tensor in_order = ascending ? kept : kept.flip({1});
    columns = in_order.nonzero().select(1, 1);
    if (!ascending) columns = genes - 1 - columns;
    values = (ascending ? dense : dense.flip({1})).masked_select(in_order);
    columns = columns.to(at::kInt).contiguous();
  }

  kernels::CsrView<T> view() const {
    return {row_ptr.data_ptr<int64_t>(), columns.data_ptr<int32_t>(), values.data_ptr<T>(), rows, genes};
  }

  at::Tensor dense, row_ptr, columns, values;
};

template <class T>
at::Tensor random(at::IntArrayRef shape) {
  return at::randn(shape, generator(), at::TensorOptions(at::CppTypeToScalarType<T>::value));
}

template <class T>
bool agree(const at::Tensor& a, const at::Tensor& b) {
  const double tolerance = sizeof(T) == 4 ? 1e-4 : 1e-12;
  return at::allclose(a, b, tolerance, tolerance);
}

template <class T>
at::Tensor product(const Problem<T>& x, const at::Tensor& weight, const at::Tensor& bias, InstructionSet set) {
  at::Tensor out = at::full({rows, weight.size(1)}, 1e30, weight.options());
  kernels::csr_times_dense<T>(x.view(), weight.data_ptr<T>(), bias.data_ptr<T>(), weight.size(1), out.data_ptr<T>(),
                              set);
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("sparse products equal dense ones at any width", "[kernels][sparse]", float, double) {
  const Problem<TestType> x;
  const CountMatrix matrix = CountMatrix::from_csr({x.row_ptr, x.columns, x.values, genes});
  const ColumnPattern& by = matrix.by_columns();
  const kernels::ColumnView by_columns{by.column_ptr.template data_ptr<int64_t>(),
                                       by.rows.template data_ptr<int32_t>(), by.order.template data_ptr<int64_t>()};
  for (const int64_t width : {1, 7, 16, 30, 128, 200, 512}) {
    for (const InstructionSet set : {InstructionSet::best, InstructionSet::baseline}) {
      CAPTURE(width, static_cast<int>(set));
      const at::Tensor weight = random<TestType>({genes, width}), bias = random<TestType>({width});
      CHECK(agree<TestType>(product(x, weight, bias, set), at::addmm(bias, x.dense, weight)));

      const at::Tensor grad = random<TestType>({rows, width});
      at::Tensor of_weight = at::full({genes, width}, 1e30, weight.options());
      kernels::csr_transposed_times_dense<TestType>(x.view(), by_columns, grad.template data_ptr<TestType>(), width,
                                                    of_weight.template data_ptr<TestType>(), set);
      CHECK(agree<TestType>(of_weight, at::mm(x.dense.t(), grad)));

      at::Tensor of_values = at::full_like(x.values, 1e30);
      kernels::sampled_dense_dense<TestType>(x.view(), grad.template data_ptr<TestType>(),
                                             weight.template data_ptr<TestType>(), width,
                                             of_values.template data_ptr<TestType>(), set);
      CHECK(agree<TestType>(matrix.with_values(of_values).dense(), at::mm(grad, weight.t()) * (x.dense > 0)));
    }
  }
}

TEST_CASE("the columns of a row may stand in any order", "[kernels][sparse]") {
  const Problem<double> x(false);
  const at::Tensor weight = random<double>({genes, 512}), bias = random<double>({512});
  REQUIRE(x.columns[0].item<int>() > x.columns[1].item<int>());
  REQUIRE(agree<double>(product(x, weight, bias, InstructionSet::best), at::addmm(bias, x.dense, weight)));
  at::Tensor of_values = at::full_like(x.values, 1e30);
  const at::Tensor grad = random<double>({rows, 512});
  kernels::sampled_dense_dense<double>(x.view(), grad.data_ptr<double>(), weight.data_ptr<double>(), 512,
                                       of_values.data_ptr<double>());
  const CountMatrix matrix = CountMatrix::from_csr({x.row_ptr, x.columns, of_values, genes});
  REQUIRE(agree<double>(matrix.dense(), at::mm(grad, weight.t()) * (x.dense > 0)));
}

TEST_CASE("sparse products do not depend on the number of threads", "[kernels][sparse]") {
  const Problem<float> x;
  const at::Tensor weight = random<float>({genes, 200}), bias = random<float>({200});
  const auto run = [&] { return product(x, weight, bias, InstructionSet::best); };
  REQUIRE(at::equal(testing::with_threads(1, run), testing::with_threads(3, run)));
}
