# SPDX-License-Identifier: Apache-2.0
"""Wrong command lines and experiment files: one text that names the place and the way out, exit code 2."""
import program
from program import DATA_PROBLEM, USAGE, settings

EXPERIMENT = """schema = 1
metrics = ["active_units"]
seeds = [0]
[genes]
space = "dataset"
[train]
max_epochs = 1
[[data]]
name = "small"
path = "good.h5ad"
label = "cell_type"
[[model]]
name = "VAE"
latent = 4
encoder = { type = "mlp", hidden = [8] }
decoder = { type = "mlp", hidden = [8] }
"""


class BadUsage(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program.some_cells().write_h5ad(cls.folder / "good.h5ad")

    def refuses(self, words, *arguments):
        return self.refused(USAGE, words, *arguments)

    def refuses_setting(self, words, *arguments):
        return self.refuses(words, "train", "good.h5ad", "-o", "model", *settings(), *arguments)

    # Command line

    def test_no_command(self):
        self.refuses(["command", "scprior --help", "train", "embed"])

    def test_unknown_command(self):
        self.refuses(["tran", "train", "scprior --help"], "tran")

    def test_missing_argument(self):
        self.refuses(["--output is missing", "scprior train --help"], "train", "good.h5ad")
        self.refuses(["--seed needs a value", "scprior train --help"], "train", "good.h5ad", "-o", "model", "--seed")
        self.refuses(["DATA", "scprior train --help"], "train", "-o", "model")

    def test_unknown_argument(self):
        self.refuses(["--epochs", "scprior train --help"], "train", "good.h5ad", "-o", "model", "--epochs", "3")
        self.refuses(["--sede", "--seed", "scprior train --help"], "train", "good.h5ad", "-o", "model", "--sede=3")
        self.refuses(["-x is no option", "Commands: run, train"], "-x")
        self.refuses(["third", "scprior train --help"], "train", "good.h5ad", "third", "-o", "model")

    def test_argument_that_is_no_number(self):
        self.refuses(["--seed", "one"], "train", "good.h5ad", "-o", "model", "--seed", "one")

    def test_negative_threads(self):
        for command in (["train", "good.h5ad", "-o", "model"], ["run", "x.toml"],
                        ["embed", "model", "good.h5ad", "-o", "x.h5ad"]):
            self.refuses(["--threads", "-1"], *command, "--threads", "-1")

    def test_unknown_kind_and_component(self):
        self.refuses(["priosr", "prior", "loader"], "list", "priosr")
        self.refuses(["vapm", "vamp", "standard_normal"], "describe", "prior", "vapm")
        self.refuses(["trian", "train"], "describe", "trian")
        self.refuses(["vamp", "scprior describe prior vamp"], "describe", "vamp")

    # Settings

    def test_misspelt_setting(self):
        self.refuses_setting(["train.max_epoch:", '"max_epochs"'], "--set", "train.max_epoch=3")
        self.refuses_setting(["latnet", "latent"], "--set", "latnet=3")
        self.refuses_setting(["prior.component:", '"components"'], "--prior", "vamp", "--set", "prior.component=3")
        self.refuses_setting(["foo.bar"], "--set", "foo.bar=3")

    def test_setting_without_a_value(self):
        self.refuses_setting(["train.learning_rate", "KEY=VALUE"], "--set", "train.learning_rate")

    def test_setting_of_the_wrong_type(self):
        self.refuses_setting(["train.batch_size", "many", "integer"], "--set", "train.batch_size=many")
        self.refuses_setting(["train.batch_size", "2.5", "integer"], "--set", "train.batch_size=2.5")

    def test_setting_out_of_range(self):
        self.refuses_setting(["train.learning_rate", "-1"], "--set", "train.learning_rate=-1")
        self.refuses_setting(["dispersion", "gene-cell"], "--set", "likelihood.dispersion=per-gene")
        self.refuses_setting(["--set split.test", "1.5"], "--set", "split.test=1.5")

    def test_setting_given_twice(self):
        self.refuses_setting(["latent", "twice"], "--set", "latent=3")
        self.refuses_setting(["seed", "twice"], "--seed", "1", "--set", "seed=2")

    def test_unknown_component(self):
        self.refuses_setting(["scprior: --prior: ", "vampp", "vamp", "standard_normal"], "--prior", "vampp")
        self.refuses_setting(["scprior: --flow: ", "afi", "iaf", "identity"], "--flow", "afi")
        self.refuses_setting(["scprior: --set decoder: ", "lstm", "linear", "mlp"], "--set", "decoder=lstm")

    def test_unknown_preset(self):
        self.refuses_setting(["papr", "paper"], "--preset", "papr")

    def test_flow_without_prior(self):
        self.refuses_setting(["--prior: ", "(--flow)", "none", "iaf"], "--flow", "iaf", "--prior", "none")

    def test_device(self):
        self.refuses_setting(["device", "gpu", "cuda"], "--device", "gpu")
        self.refuses_setting(["device", "cuda", "cpu"], "--device", "cuda")

    def test_settings_of_a_model_where_only_the_loader_has_any(self):
        self.refuses(["latent=3", "loader.layer=counts"], "info", "good.h5ad", "--set", "latent=3")

    # Experiment files

    def refuses_file(self, words, text, code=USAGE):
        file = self.write("experiment.toml", text)
        for command in ("check", "run"):
            self.refused(code, ["experiment.toml", *words], command, file)
        file.unlink()

    def test_missing_experiment_file(self):
        for command in ("check", "run"):
            self.refuses(["nowhere.toml", "no such file"], command, "nowhere.toml")

    def test_data_or_folder_as_experiment_file(self):
        for command in ("check", "run"):
            self.refuses(["good.h5ad", "TOML", "scprior train"], command, "good.h5ad")
            self.refuses(["folder"], command, self.folder)

    def test_empty_experiment_file(self):
        self.refuses_file(["schema", "[[data]]", "[[model]]"], "")

    def test_syntax_error(self):
        self.refuses_file([":5:", "TOML"], EXPERIMENT.replace('"dataset"', '"dataset'))

    def test_misspelt_option_in_a_file(self):
        self.refuses_file([":7:1", "max_epoch", "max_epochs"], EXPERIMENT.replace("max_epochs", "max_epoch"))
        self.refuses_file([":6:2", "trian", "train"], EXPERIMENT.replace("[train]", "[trian]"))

    def test_wrong_type_in_a_file(self):
        wrong = EXPERIMENT.replace("max_epochs = 1", 'max_epochs = "many"')
        self.refuses_file([":7:14", "train.max_epochs", "integer"], wrong)

    def test_unknown_component_in_a_file(self):
        self.refuses_file([":14:", "vampire", "vamp"], EXPERIMENT.replace("latent = 4", 'prior = "vampire"'))
        self.refuses_file([":2:", "active_unit", "active_units"], EXPERIMENT.replace("active_units", "active_unit"))

    def test_missing_data_in_a_file(self):
        self.refuses_file([":10:8", "god.h5ad", "good.h5ad"], EXPERIMENT.replace("good.h5ad", "god.h5ad"))

    def test_everything_wrong_is_reported_at_once(self):
        wrong = EXPERIMENT.replace("max_epochs", "max_epoch").replace("latent = 4", "latent = 0").replace("[0]", "[-1]")
        self.refuses_file(["max_epoch", "latent", "seeds"], wrong)

    def test_two_models_of_one_name(self):
        self.refuses_file(["VAE", "name"], EXPERIMENT + '[[model]]\nname = "VAE"\n')

    def test_newer_schema(self):
        self.refuses_file(["schema", "2"], EXPERIMENT.replace("schema = 1", "schema = 2"))

    def test_unknown_label_in_a_file(self):
        file = self.write("label.toml", EXPERIMENT.replace('"cell_type"', '"celltype"'))
        for command in ("check", "run"):
            self.refused(DATA_PROBLEM, ["good.h5ad", "celltype", "cell_type", "columns"], command, file)


if __name__ == "__main__":
    program.main()
