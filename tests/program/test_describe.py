# SPDX-License-Identifier: Apache-2.0
"""What `describe` prints for other files: the option tables of the plugins' READMEs, blocks for experiment files."""
import re
import tomllib
from pathlib import Path

import program

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
HEAD = "| option | type | default | range | meaning |"
MODEL_KINDS = {"encoder", "decoder", "flow", "prior", "likelihood"}


def tables_of(text):
    """The option tables of a README, each as one text."""
    return re.findall(rf"^{re.escape(HEAD)}\n(?:\|.*\n?)+", text, flags=re.MULTILINE)


class Describe(program.ProgramTest):
    said = {}

    def described(self, *arguments):
        """What `describe` prints, asked for once."""
        if arguments not in self.said:
            self.said[arguments] = self.succeeds("describe", *arguments).out
        return self.said[arguments]

    def offers(self):
        """Plugin -> its components, as (kind, name)."""
        text = self.succeeds("plugins").out
        found = re.findall(r"^  loaded +(\S+) \S+ +C(?:\+\+| and C\+\+)?  (.+)$", text, flags=re.MULTILINE)
        return {plugin: [tuple(name.split("/")) for name in names.split(", ")] for plugin, names in found}

    def components(self):
        return [component for offered in self.offers().values() for component in offered]

    def test_option_tables_of_readmes_are_what_describe_prints(self):
        offers = self.offers()
        for readme in sorted(PLUGINS.glob("*/README.md")):
            plugin, text = readme.parent.name, readme.read_text(encoding="utf-8")
            with self.subTest(plugin):
                self.assertIn(plugin, offers, "it is not among the plugins of this build")
                printed = [self.described(*component, "--markdown") for component in offers[plugin]]
                written = [table.rstrip("\n") + "\n" for table in tables_of(text)]
                self.assertEqual(sorted(written), sorted(table for table in printed if table))
                if "" in printed:
                    self.assertRegex(text, r"\bno\s+options\b")

    def test_blocks_have_every_option_once(self):
        for kind, name in self.components():
            with self.subTest(f"{kind}/{name}"):
                block = tomllib.loads(self.described(kind, name, "--toml"))
                table = {"loader": lambda: block["data"]["loader"],
                         "metric": lambda: block["metrics"][0]}.get(kind, lambda: block["model"][kind])()
                rows = self.described(kind, name, "--markdown").splitlines()[2:]
                self.assertEqual(list(table), ["type"] + [row.split("`")[1] for row in rows])
                self.assertEqual(table["type"], name)

    def test_blocks_are_accepted_where_they_are_pasted(self):
        program.some_cells(60).write_h5ad(self.folder / "cells.h5ad")
        blocks = {component: self.described(*component, "--toml") for component in self.components()}
        loader = blocks["loader", "h5ad"]
        lines = ["schema = 1", "[genes]", 'space = "dataset"', "[[data]]", 'path = "cells.h5ad"', loader]
        models = [(kind, name) for kind, name in blocks if kind in MODEL_KINDS]
        for kind, name in models:
            lines += ["[[model]]", f'name = "{kind} {name}"', blocks[kind, name]]
        lines += [block for (kind, _), block in blocks.items() if kind == "metric"]
        text = self.succeeds("check", self.write("pasted.toml", "\n".join(lines))).out
        self.assertIn(f"{len(models)} models", text)

    def test_what_is_known_of_a_component(self):
        text = self.succeeds("describe", "prior", "standard_normal").out
        for words in (r"capabilities +KL divergence in closed form", r"plugin +prior_standard_normal \d\S*, tier C\+\+",
                      r"author +scprior developers", r"licence +Apache-2\.0", r"file +/.*prior_standard_normal\.so",
                      r"source +Kingma"):
            self.assertRegex(text, rf"(?m)^  {words}")
        self.assertRegex(self.succeeds("describe", "flow", "iaf").out, r"(?m)^  capabilities +inverse$")
        self.assertRegex(self.succeeds("describe", "prior", "vamp").out, r"(?m)^  capabilities +starts from training")
        self.assertEqual(self.described("prior", "standard_normal", "--markdown"), "")

    def test_forms_need_a_component_and_exclude_each_other(self):
        self.refused(program.USAGE, ["--toml", "needs a component"], "describe", "--toml")
        self.refused(program.USAGE, ["--markdown", "needs a component"], "describe", "prior", "--markdown")
        self.refused(program.USAGE, ["--toml", "--markdown"], "describe", "prior", "vamp", "--toml", "--markdown")


if __name__ == "__main__":
    program.main()
