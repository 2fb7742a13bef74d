# SPDX-License-Identifier: Apache-2.0
"""`scprior new`: the projects it writes and what it refuses. That they build against an installation: tests/install."""
import shutil
import subprocess
import unittest
from pathlib import Path

import program

INCLUDE = Path(__file__).resolve().parents[2] / "sdk" / "include"
KINDS = ["loader", "encoder", "decoder", "flow", "prior", "likelihood", "metric"]
SOURCES = {"{}.hpp", "{}.cpp", "plugin.cpp", "test_{}.cpp"}
ALWAYS = {".gitignore", "CMakeLists.txt", "README.md", "example.toml"}


class New(program.ProgramTest):
    def test_a_project_of_every_kind(self):
        for kind in KINDS:
            with self.subTest(kind):
                text = self.succeeds("new", kind, "two_words").out
                folder = self.folder / f"{kind}_two_words"
                files = {path.name for path in folder.iterdir()}
                wanted = ALWAYS | {name.format("two_words") for name in SOURCES}
                self.assertEqual(files, wanted | ({"example.tsv"} if kind == "loader" else set()))
                for name in files:
                    self.assertIn(f"\n  {name}\n", text)
                    contents = (folder / name).read_text()
                    self.assertNotIn("@", contents, name)
                    self.assertTrue(contents.endswith("\n"), name)
                self.assertIn(f"class TwoWords{kind.capitalize()} ", (folder / "two_words.hpp").read_text())
                commands = text[text.index("\nnext:\n"):].split("\n  ")[1:]
                self.assertEqual(len(commands), 3, text)
                self.assertTrue(commands[0].startswith(f"cmake -S {folder.name} -B {folder.name}/build "))

    def test_another_folder(self):
        (self.folder / "empty").mkdir()
        self.succeeds("new", "prior", "mine", "-o", "empty")
        self.succeeds("new", "prior", "mine", "--output", "far/away")
        for folder in ("empty", "far/away"):
            self.assertTrue((self.folder / folder / "mine.cpp").is_file())

    def test_refusals(self):
        self.write("file.txt", "here\n")
        full = self.folder / "full"
        full.mkdir()
        (full / "notes.txt").write_text("mine\n")
        for words, *arguments in (
                (['"priar"', 'did you mean "prior"?', "metric"], "priar", "mine"),
                (['"My-Prior"', "small letter", "my_prior"], "prior", "My-Prior"),
                (['"2x"', "small letter"], "prior", "2x"),
                (['"../x"', "small letter"], "prior", "../x"),
                (['""', "small letter"], "prior", ""),
                (['"vamp"', "already", "prior_vamp.so", "my_vamp", "scprior list prior"], "prior", "vamp"),
                (['"none"', "no prior"], "prior", "none"),
                (['"plugin"', "another file"], "flow", "plugin"),
                (["full", "not empty", "-o"], "prior", "mine", "-o", "full"),
                (["file.txt", "is a file", "-o"], "prior", "mine", "-o", "file.txt"),
                (["--tier", '"rust"', "c or c++"], "prior", "mine", "--tier", "rust"),
                (["--tier", "flow", "wanted a prior"], "flow", "mine", "--tier", "c"),
                (["NAME"], "prior"),
                (["KIND"],)):
            self.refused(program.USAGE, words, "new", *arguments)
        self.refused(program.DATA_PROBLEM, ["file.txt"], "new", "prior", "mine", "-o", "file.txt/below")

    @unittest.skipUnless(shutil.which("cc"), "no C compiler")
    def test_a_prior_in_c_builds_with_nothing_but_a_compiler_and_is_trained(self):
        self.succeeds("new", "prior", "bell", "--tier", "c")
        folder = self.folder / "prior_bell"
        self.assertEqual({path.name for path in folder.iterdir()}, ALWAYS | {"bell.c", "test_bell.c"})
        compiler = ["cc", "-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", f"-I{INCLUDE}"]
        for more in (["bell.c", "test_bell.c", "-o", "test"], ["-shared", "-fPIC", "bell.c", "-o", "prior_bell.so"]):
            subprocess.run([*compiler, *more, "-lm"], cwd=folder, check=True)
        subprocess.run(["./test"], cwd=folder, check=True, stdout=subprocess.DEVNULL)

        plugin = ["--plugin", "prior_bell/prior_bell.so"]
        self.assertRegex(self.succeeds(*plugin, "plugins").out, r"(?m)^  loaded +prior_bell 0\.1\.0  C  prior/bell$")
        self.assertIn("tier C (any compiler)", self.succeeds(*plugin, "describe", "prior", "bell").out)
        self.assertIn("[plugins]", self.succeeds(*plugin, "describe", "prior", "bell", "--toml").out)
        data = self.save(program.some_cells(), "cells.h5ad")
        self.train(data, "model", *plugin, *program.set_all(["prior=bell", "prior.scale=2"]))
        self.succeeds(*plugin, "sample", "model", "-n", "5", "-o", "drawn.h5ad")
        self.refused(program.USAGE, ["scale", "above 0"], *plugin, "train", data, "-o", "other",
                     *program.settings("prior=bell", "prior.scale=0"))


if __name__ == "__main__":
    program.main()
