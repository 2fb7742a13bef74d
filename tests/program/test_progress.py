# SPDX-License-Identifier: Apache-2.0
"""Progress: a line that moves on a terminal and leaves no trace, plain lines in a file."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import program
from program import set_all, settings

CONTROL = re.compile(r"\r|\x1b\[K")


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


class Progress(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cells = program.some_cells(150)
        cells.write_h5ad(cls.folder / "cells.h5ad")
        cells.write_h5ad(cls.folder / "Zellen-äöü-with-a-rather-long-name-of-the-data-set.h5ad")

    def on_terminal(self, width, data="cells.h5ad", epochs=400):
        """What the program writes to a terminal of this width."""
        main, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        tiny = set_all(["genes.space=dataset", f"train.max_epochs={epochs}", "encoder.hidden=[32]",
                        "decoder.hidden=[32]"])
        command = [self.program, "train", data, "-o", f"model-{width}", "--threads", "1", *tiny]
        with subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=terminal,
                              stdin=subprocess.DEVNULL, env=self.environment()) as process:
            os.close(terminal)
            written = b""
            while True:
                try:
                    part = os.read(main, 1 << 16)
                except OSError:  # the other end is closed
                    break
                if not part:
                    break
                written += part
            process.stdout.read()
            self.assertEqual(process.wait(), 0, written.decode())
        os.close(main)
        return written.decode("utf-8").replace("\r\n", "\n")

    def test_the_line_moves_within_the_width_of_the_terminal_and_is_cleared(self):
        for width in (200, 100, 80, 60, 40):
            with self.subTest(width=width):
                written = self.on_terminal(width)
                progress = written[written.index("\r"):]
                shown = [line for line in CONTROL.split(progress) if line]
                self.assertGreater(len(shown), 2, written)
                self.assertNotIn("\n", progress, "the line moves")
                for line in shown:
                    self.assertLess(columns(line), width, line)
                    self.assertIn("loss", line)
                    self.assertIn("left", line)
                self.assertTrue(written.endswith("\r\x1b[K"), repr(written[-200:]))
                if width == 200 or width <= 60:
                    self.assertEqual("░" in written, width == 200, "there is room for a bar")

    def test_long_names(self):
        for width in (50, 20):
            written = self.on_terminal(width, "Zellen-äöü-with-a-rather-long-name-of-the-data-set.h5ad")
            for line in CONTROL.split(written[written.index("\r"):]):
                self.assertLess(columns(line), width)

    def test_plain_lines_in_a_file(self):
        result = self.succeeds("train", "cells.h5ad", "-o", "model", "--threads", 1, *settings())
        self.assertNotIn("\r", result.err)
        self.assertNotIn("\x1b", result.err + result.out)
        last = result.err.splitlines()[-1]
        self.assertRegex(last, r"^VAE on cells  epoch 2/2  loss \d+\.\d  validation \d+\.\d  \d+ cells/s  left 0:00$")


if __name__ == "__main__":
    program.main()
