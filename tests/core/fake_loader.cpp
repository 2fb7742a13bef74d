// SPDX-License-Identifier: Apache-2.0
#include "fake_loader.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <numeric>

#include "scprior/plugin.hpp"

namespace scprior::core::test {
namespace {

class FakeLoader : public Loader {
 public:
  static OptionTable options() {
    return {option::text("layer", "", "read this layer instead of X"),
            option::text("gene_column", "", "column that names the genes")};
  }
  explicit FakeLoader(const Options& options) : layer_(options.text("layer")) {}

  bool recognises(const std::string& path) const noexcept override { return path.ends_with(".fake"); }

  DatasetInfo open(const std::string& path) override {
    file_ = fake_files().at(std::filesystem::path(path).filename().string());
    const std::string matrix = layer_.empty() ? "X" : "layers/" + layer_;
    if (!file_.matrices.contains(matrix)) fail(Status::data, "no matrix ", matrix);
    rows_ = file_.matrices.at(matrix);
    file_.info.matrix = matrix;
    for (const auto& [name, unused] : file_.matrices)
      if (name != matrix) file_.info.other_matrices.push_back(name);
    return file_.info;
  }

  CountBlock read(std::span<const int64_t> rows) const override {
    CountBlock block;
    block.row_ptr.push_back(0);
    for (const int64_t row : rows) {
      const std::vector<float>& values = rows_.at(row);
      for (size_t gene = 0; gene < values.size(); ++gene) {
        block.columns.push_back(static_cast<int32_t>(gene));
        block.values.push_back(values[gene]);
      }
      block.row_ptr.push_back(static_cast<int64_t>(block.columns.size()));
    }
    return block;
  }

 private:
  std::string layer_;
  FakeFile file_;
  CountRows rows_;
};

}  // namespace

std::map<std::string, FakeFile>& fake_files() {
  static std::map<std::string, FakeFile> files;
  return files;
}

FakeFile make_file(const std::vector<std::string>& genes, const CountRows& counts) {
  FakeFile file;
  file.info.n_cells = static_cast<int64_t>(counts.size());
  file.info.n_genes = static_cast<int64_t>(genes.size());
  file.info.gene_names = genes;
  for (size_t cell = 0; cell < counts.size(); ++cell) file.info.cell_names.push_back("cell" + std::to_string(cell + 1));
  file.matrices["X"] = counts;
  return file;
}

const PluginHost& fake_host() {
  static const PluginDescriptor descriptor({.id = "loader_fake", .version = "0.1.0"}, detail::build_facts(),
                                           {component<FakeLoader>({.name = "fake", .summary = "data in memory"})});
  static PluginHost host;
  static const bool added = (host.add_static(descriptor.get()), true);
  (void)added;
  return host;
}

DataConfig fake_config(const FakeFile& file, const std::string& name) {
  fake_files()[name] = file;
  DataConfig config;
  config.name = name;
  config.path = "/nowhere/" + name;
  config.loader = {"fake", Options::resolve(FakeLoader::options(), {})};
  return config;
}

Dataset load(const FakeFile& file, const GeneSpace& space) {
  return load_dataset(fake_config(file), space, fake_host());
}

Dataset load(const FakeFile& file, const std::string& space) {
  return load_dataset(fake_config(file), GeneConfig{.space = space}, fake_host());
}

std::string error_of(Status status, const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.status() == status);
    return error.what();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace scprior::core::test
