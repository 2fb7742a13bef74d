// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <algorithm>
#include <set>

#include "models.hpp"
#include "scprior/error.hpp"
#include "simulate.hpp"

namespace scprior::bench {
namespace {

namespace fs = std::filesystem;

// Without it glibc returns large blocks at each free, which costs PyTorch a third of its speed.
const std::map<std::string, std::string> kept_memory = {{"MALLOC_MMAP_THRESHOLD_", "1073741824"},
                                                        {"MALLOC_TRIM_THRESHOLD_", "8000000000"},
                                                        {"MALLOC_TOP_PAD_", "268435456"}};

class Planner {
 public:
  explicit Planner(const Arguments& arguments) : arguments_(arguments) {}

  Plan plan() {
    add_ours(limits_name, {"limits", "--genes", text(arguments_.genes)}, arguments_.repetitions);
    for (const std::string& model : arguments_.models)
      for (const int64_t batch : arguments_.batches) add_training(model, batch);
    add_rest();
    if (arguments_.scaling) add_scaling();
    if (arguments_.loss_steps > 0) add_loss();
    return std::move(plan_);
  }

 private:
  template <class T>
  static std::string text(const T& value) {
    return concat(value);
  }

  /// A simulated file; it is made before anything is measured.
  std::string file(int64_t cells, int64_t genes) {
    const fs::path path = arguments_.data / simulated_name(cells, genes);
    if (!fs::exists(path) && planned_.insert(path).second)
      plan_.preparations.push_back({concat("simulate ", cells, " cells, ", genes, " genes"),
                                    own_command({"simulate", "--data", path.string(), "--cells", text(cells), "--genes",
                                                 text(genes)}),
                                    {}});
    return path.string();
  }
  /// The same file as anndata writes it, which is how users' files are.
  std::string written_by_anndata(const std::string& original) {
    const std::string copy = fs::path(original).replace_extension(".anndata.h5ad").string();
    if (!fs::exists(copy))
      plan_.preparations.push_back({"write " + copy,
                                    {arguments_.peers, "-B", peer_script("write_h5ad.py"), original, copy},
                                    {}});
    return copy;
  }
  std::string training_file() { return file(arguments_.cells, arguments_.genes); }

  static std::string peer_script(const std::string& name) {
    return (fs::path(SCPRIOR_BENCH_PEERS) / name).string();
  }

  std::vector<std::string> own_command(std::vector<std::string> words) const {
    words.insert(words.begin(), {"/proc/self/exe", "measure"});
    words.insert(words.end(), {"--threads", text(arguments_.threads), "--seconds", text(arguments_.seconds)});
    return words;
  }

  void add_ours(const std::string& name, const std::vector<std::string>& words, int64_t repetitions) {
    plan_.tasks.push_back({name, own_command(words), {}, repetitions});
  }

  void add_peer(const std::string& name, const std::string& script, std::vector<std::string> words,
                const std::map<std::string, std::string>& environment = {}) {
    words.insert(words.begin(), {arguments_.peers, "-B", peer_script(script)});
    words.insert(words.end(), {"--threads", text(arguments_.threads), "--seconds", text(arguments_.seconds)});
    plan_.tasks.push_back({name, words, environment, arguments_.repetitions});
  }

  std::vector<std::string> train_words(const std::string& kind, const std::string& data, const std::string& model,
                                       int64_t batch, const std::string& precision) const {
    return {kind,  "--data",        data,      "--model",      model, "--batch", text(batch),
            "--precision", precision, "--components", text(arguments_.components)};
  }

  /// Programs that are compared stand next to each other.
  void add_training(const std::string& model, int64_t batch) {
    const std::string data = training_file();
    for (const std::string& precision : precisions)
      add_ours(train_name(ours, model, batch, precision), train_words("train", data, model, batch, precision),
               arguments_.repetitions);
    if (arguments_.peers.empty() || model == two_heads) return;
    const std::vector<std::string> words = {data, model, text(batch), "--components", text(arguments_.components)};
    const auto with = [&](const std::string& flag) {
      std::vector<std::string> out = words;
      out.push_back(flag);
      return out;
    };
    add_peer(train_name(eager, model, batch), "eager_train.py", words);
    add_peer(train_name(eager_penalised, model, batch), "eager_train.py", with("--reg"));
    add_peer(train_name(eager_tuned, model, batch), "eager_train.py", with("--fused"), kept_memory);
    if (model == "VAE") add_peer(train_name(scvi, model, batch), "scvi_train.py", {data, text(batch)});
  }

  void add_rest() {
    for (const char* model : {"VAE", "VAMP"})
      add_ours(first_step_name(model), {"first-step", "--data", SCPRIOR_PANCREAS, "--model", model},
               arguments_.repetitions);
    std::string data = file(arguments_.load_cells(), arguments_.genes);
    if (!arguments_.peers.empty()) data = written_by_anndata(data);
    add_ours(load_name, {"load", "--data", data}, arguments_.repetitions);
    if (!arguments_.peers.empty()) add_peer(load_peer_name, "read_h5ad.py", {data});
    add_ours(embed_name, {"embed", "--data", training_file()}, arguments_.repetitions);
    add_ours(metrics_name, {"metrics", "--cells", text(arguments_.metric_cells())}, arguments_.repetitions);
    add_ours(umap_name, {"umap", "--cells", text(arguments_.umap_cells())}, arguments_.repetitions);
    // Minutes long and seconds apart: once tells enough.
    add_ours(report_name, {"report", "--data", file(arguments_.report_cells(), arguments_.genes)}, 1);
  }

  void add_scaling() {
    std::vector<Size> sizes = sizes_by_cells(arguments_);
    for (const Size& size : sizes_by_genes(arguments_)) sizes.push_back(size);
    std::set<std::string> seen;
    for (const Size& size : sizes)
      if (seen.insert(scaling_name(size.cells, size.genes)).second)
        add_ours(scaling_name(size.cells, size.genes),
                 train_words("train", file(size.cells, size.genes), "VAE", 128, "float32"), arguments_.repetitions);
  }

  void add_loss() {
    for (const std::string& model : arguments_.models)
      for (const std::string& precision : precisions) {
        std::vector<std::string> words = train_words("loss", training_file(), model, 128, precision);
        words.insert(words.end(), {"--steps", text(arguments_.loss_steps)});
        add_ours(loss_name(model, precision), words, 1);
      }
  }

  const Arguments& arguments_;
  Plan plan_;
  std::set<fs::path> planned_;
};

}  // namespace

std::string train_name(const std::string& program, const std::string& model, int64_t batch,
                       const std::string& precision) {
  return concat("train ", program, ' ', model, ' ', batch, precision.empty() ? "" : " ", precision);
}
std::string scaling_name(int64_t cells, int64_t genes) { return concat("scaling ", cells, " x ", genes); }
std::string loss_name(const std::string& model, const std::string& precision) {
  return concat("loss ", model, ' ', precision);
}
std::string first_step_name(const std::string& model) { return "first step " + model; }

std::vector<Size> sizes_by_cells(const Arguments& arguments) {
  const int64_t n = arguments.cells, g = arguments.genes;
  return {{n, g}, {4 * n, g}, {20 * n, g}};
}

std::vector<Size> sizes_by_genes(const Arguments& arguments) {
  const int64_t n = arguments.cells, g = arguments.genes;
  return {{n, g / 4}, {n, g}, {n, 3 * g}};
}

Plan plan_of(const Arguments& arguments) { return Planner(arguments).plan(); }

}  // namespace scprior::bench
