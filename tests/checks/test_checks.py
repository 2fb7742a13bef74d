# SPDX-License-Identifier: Apache-2.0
"""The checks find what they look for: each is run on a small tree with one thing wrong."""
import pathlib
import tempfile
import unittest

import check_dependencies
import check_sources

LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"


def problems(check, files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return check.problems(root)


def includes(path, name, **others):
    """Problems with a file at `path` that includes `name`, such as '<vector>'."""
    return problems(check_dependencies, {path: f"#include {name}\n", **others})


class Dependencies(unittest.TestCase):
    def forbidden(self, path, name, reason, **others):
        found = includes(path, name, **others)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:1:"), found)
        self.assertIn(reason, found[0])

    def test_what_the_architecture_allows_passes(self):
        for path, name in {
            "sdk/include/scprior/prior.hpp": "<ATen/core/Tensor.h>",
            "sdk/src/prior.cpp": "<ATen/ATen.h>",
            "sdk/src/other.cpp": "<unordered_map>",
            "plugins/prior_vamp/vamp.cpp": '"scprior/prior.hpp"',
            "plugins/loader_h5ad/read.cpp": "<hdf5.h>",
            "core/src/host.cpp": "<boost/dll/shared_library.hpp>",
            "capi/src/model.cpp": '"scprior/core/fit.hpp"',
            "tests/capi/test_capi.c": '"scprior.h"',
        }.items():
            self.assertEqual(includes(path, name), [], path)

    def test_a_plugin_that_includes_core_is_found(self):
        self.forbidden("plugins/prior_vamp/vamp.cpp", '"scprior/core/fit.hpp"', "sees only the SDK")

    def test_a_relative_path_into_core_is_found(self):
        self.forbidden("plugins/prior_vamp/vamp.cpp", '"../../core/src/fit.hpp"', "sees only the SDK",
                       **{"core/src/fit.hpp": ""})

    def test_a_plugin_that_includes_another_plugin_is_found(self):
        self.forbidden("plugins/prior_vamp/vamp.cpp", '"../flow_iaf/iaf.hpp"', "do not know each other",
                       **{"plugins/flow_iaf/iaf.hpp": ""})

    def test_core_that_includes_a_plugin_is_found(self):
        self.forbidden("core/src/fit.cpp", '"prior_vamp/vamp.hpp"', "nothing includes a plugin",
                       **{"plugins/prior_vamp/vamp.hpp": ""})

    def test_core_that_includes_the_c_interface_is_found(self):
        self.forbidden("core/src/fit.cpp", '"scprior.h"', "nothing includes the C interface")

    def test_an_sdk_that_includes_core_is_found(self):
        self.forbidden("sdk/src/module.cpp", '"scprior/core/fit.hpp"', "does not know core")

    def test_an_sdk_that_includes_another_library_is_found(self):
        self.forbidden("sdk/src/options.cpp", "<toml++/toml.h>", "LibTorch and the standard library only")

    def test_a_heavy_header_is_found_wherever_it_is(self):
        self.forbidden("plugins/prior_vamp/test_vamp.cpp", "<torch/torch.h>", "20 s")

    def test_an_sdk_header_that_includes_all_of_aten_is_found(self):
        self.forbidden("sdk/include/scprior/prior.hpp", "<ATen/ATen.h>", "at most")


class Sources(unittest.TestCase):
    def only(self, files, words):
        found = problems(check_sources, files)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_a_clean_tree_passes(self):
        files = {"a.cpp": LICENCE + "int a;\n", "README.md": "text\n", "run.sh": "#!/bin/sh\n" + LICENCE.replace("//", "#")}
        self.assertEqual(problems(check_sources, files), [])

    def test_a_missing_licence_line_is_found(self):
        self.only({"a.cpp": "int a;\n"}, "SPDX")

    def test_leftovers_are_found(self):
        self.only({"a.cpp": LICENCE + "// TOD" + "O: later\n"}, "leftover")
        self.only({"README.md": "FIXM" + "E\n"}, "leftover")

    def test_paths_of_one_machine_are_found(self):
        self.only({"run.sh": LICENCE.replace("//", "#") + "cd /hom" + "e/anna/x\n"}, "path of one machine")

    def test_long_files_are_found(self):
        self.only({"a.cpp": LICENCE + "int a;\n" * 400}, "401 lines")

    def test_the_work_of_others_is_left_alone(self):
        self.assertEqual(problems(check_sources, {"share/echarts.min.js": "x\n", "build/a.cpp": "x\n"}), [])


if __name__ == "__main__":
    unittest.main()
