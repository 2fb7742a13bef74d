// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "scprior/cell_batch.hpp"
#include "scprior/module.hpp"
#include "scprior/options.hpp"
#include "scprior/posterior.hpp"

namespace scprior {

enum class PseudoSpace { log1p, counts };
enum class PseudoInit { cells, constant };
enum class PseudoMap { clamp, softplus, identity, hard_sigmoid };

struct PseudoInputOptions {
  int64_t components = 500;
  PseudoSpace space = PseudoSpace::log1p;
  PseudoInit init = PseudoInit::cells;
  PseudoMap map = PseudoMap::clamp;
};

/// The rows of a prior's option table that describe its pseudo-inputs: components, space, init, map.
SCPRIOR_API OptionTable pseudo_input_rows();

/// What the user chose in these rows.
SCPRIOR_API PseudoInputOptions pseudo_input_options(const Options& options);

/// The K learnable pseudo-inputs u = map(parameter) of a VampPrior.
///
/// With the map `clamp`, u = max(parameter, 0), the gradient of an entry that is 0 is 0: its support never grows beyond
/// that of the initial cells. Hence only the entries of that support are stored and learned, [nnz] of them; dense
/// training would be the same model. Other maps keep a dense [K, G] parameter.
///
/// Source: tomczak2018
/// Errors: Error{config} for combinations that cannot be learned
class SCPRIOR_API PseudoInputs : public Module {
 public:
  explicit PseudoInputs(const PseudoInputOptions& options);

  /// Creates the parameters.
  void build(int64_t genes, at::Generator init);
  /// How many cells start_from wants; 0 for a constant start.
  int64_t n_initial_cells() const;
  /// Starts from K cells. Errors: Error{argument} if they are not K cells of G genes.
  void start_from(const CellBatch& cells);
  /// False before the cells were given.
  bool ready() const { return ready_; }
  /// [K, G] as the encoder takes them, with gradients.
  CountMatrix normalised();
  /// q(z | u_k) by `encode`: mean and log_var [K, latent], with gradients.
  /// Errors: Error{argument} before the cells were given; Error{config} if the encoder is deterministic.
  Posterior encoded(const std::function<Posterior(const CountMatrix& normalised)>& encode, int64_t latent);
  /// Errors: Error{data} if the tensors of a saved model do not fit together.
  void loaded() override;

 private:
  bool is_sparse() const { return options_.map == PseudoMap::clamp; }
  const CountMatrix& pattern();

  PseudoInputOptions options_;
  int64_t genes_ = 0;
  bool ready_ = false;
  at::Tensor values_, row_ptr_, columns_;  ///< sparse: [nnz], [K + 1], [nnz]
  at::Tensor dense_;                       ///< otherwise: [K, G]
  CountMatrix pattern_;                    ///< the sparse pattern; keeps its transpose from step to step
};

}  // namespace scprior
