// SPDX-License-Identifier: Apache-2.0
#include "config/fields.hpp"
#include "scprior/core/load_config.hpp"

namespace scprior::core {
namespace {

OptionSpec required(scprior_option_type type, std::string name, std::string doc) {
  OptionSpec spec;
  spec.type = type;
  spec.name = std::move(name);
  spec.doc = std::move(doc);
  return spec;
}

OptionTable model_table() {
  const OptionTable plain = config::table_of(config::model_fields());
  OptionTable table = {plain[0], plain[1]};
  for (const auto& field : config::component_fields()) {
    std::string doc = concat("a ", kind_name(field.kind), ": its name, or { type = \"...\", option = ... }");
    if (field.kind == SCPRIOR_KIND_ENCODER) doc.insert(1, "n");
    if (field.kind == SCPRIOR_KIND_PRIOR) doc += "; \"none\" makes a deterministic autoencoder";
    table.push_back(option::text(field.key, field.default_type, doc));
  }
  table.insert(table.end(), plain.begin() + 2, plain.end());
  return table;
}

}  // namespace

const OptionTable& experiment_options() {
  static const OptionTable table = {
      required(SCPRIOR_OPTION_INTEGER, "schema", "version of the file's format; write 1").at_least(1),
      option::choice("preset", {"paper"}, "paper", "where defaults come from"),
      option::text("title", "", "heading of the report; \"\" = the name of the file"),
      option::text("output", "", "folder of the results, relative to this file; \"\" = <name of the file>.results"),
      option::integers("seeds", {0, 1, 2}, "one fit of every model on every data set per seed").at_least(0),
      option::texts("metrics",
                    {"active_units", "principal_components", "reconstruction_loss", "silhouette", "latent_covariance"},
                    "what is measured: names, or { type = \"...\", option = ... }"),
      option::integer("threads", 0, "processor cores to use; 0 = all").at_least(0).at_most(4096),
      option::text("device", "cpu", "\"cpu\", \"cuda\" or \"cuda:N\""),
  };
  return table;
}

const OptionTable& plugin_options() {
  static const OptionTable table = {
      option::texts("paths", {}, "plugin files, or folders of them, relative to this file")};
  return table;
}

const OptionTable& gene_options() {
  static const OptionTable table = config::table_of(config::gene_fields());
  return table;
}

const OptionTable& split_options() {
  static const OptionTable table = config::table_of(config::split_fields());
  return table;
}

const OptionTable& train_options() {
  static const OptionTable table = config::table_of(config::train_fields());
  return table;
}

const OptionTable& data_options() {
  static const OptionTable table = {
      option::text("name", "", "name in tables, figures and folders; \"\" = the name of the data file"),
      required(SCPRIOR_OPTION_TEXT, "path", "the data file, relative to this file"),
      option::text("loader", "", "a loader: its name, or { type = \"...\", option = ... }; \"\" = found from the file"),
      option::text("label", "", "column of the cell table with the cell types; \"\" = none"),
      option::text("batch", "", "column of the cell table with the experimental batches; \"\" = none"),
  };
  return table;
}

const OptionTable& model_options() {
  static const OptionTable table = model_table();
  return table;
}

const std::vector<ConfigSection>& config_sections() {
  static const std::vector<ConfigSection> sections = {
      {"", "the experiment", &experiment_options()},
      {"[plugins]", "plugins beside the installed ones", &plugin_options()},
      {"[genes]", "the genes that models are trained on", &gene_options()},
      {"[split]", "training, validation and test cells", &split_options()},
      {"[train]", "training of every model; a model's own `train = { ... }` comes first", &train_options()},
      {"[[data]]", "a data set; repeat for more", &data_options()},
      {"[model_defaults]", "what models have in common: any key of [[model]] except `name`", &model_options()},
      {"[[model]]", "a model; repeat for more", &model_options()},
  };
  return sections;
}

}  // namespace scprior::core
