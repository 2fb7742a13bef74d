# SPDX-License-Identifier: Apache-2.0
"""What sdk/setup.sh says where it cannot go on. Nothing is installed: --check, or pip and apt replaced."""
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
PARTS = "torch_version=2.13.0 minimum_torch=2.6 python_home=build/python python=true; mkdir -p build; " \
        'say() { printf "%s\\n" "$*"; }; stop() { say "$*"; exit 1; }; ' \
        ". sdk/setup/look.sh; . sdk/setup/torch.sh; . sdk/setup/apt.sh; . sdk/setup/python.sh; "


def bash(*command, **environment):
    return subprocess.run(["bash", *command], cwd=ROOT, env={**os.environ, **environment}, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def libtorch(folder, version):
    """A folder that looks like an unpacked LibTorch."""
    major, minor, patch = version.split(".")
    header = pathlib.Path(folder, "include/torch/csrc/api/include/torch/version.h")
    header.parent.mkdir(parents=True)
    header.write_text(f"#define TORCH_VERSION_MAJOR {major}\n#define TORCH_VERSION_MINOR {minor}\n"
                      f"#define TORCH_VERSION_PATCH {patch}\n")
    tensor = pathlib.Path(folder, "include/ATen/core/Tensor.h")
    tensor.parent.mkdir(parents=True)
    tensor.touch()


class Setup(unittest.TestCase):
    def refused(self, result, status, *words):
        self.assertEqual(result.returncode, status, result.stdout)
        for word in words:
            self.assertIn(word, result.stdout)

    def test_an_unknown_option_is_a_usage_error(self):
        self.refused(bash("sdk/setup.sh", "--test"), 2, "--test", "usage:")

    def test_a_missing_compiler_is_named_with_the_way_to_get_it(self):
        self.refused(bash("sdk/setup.sh", "--check", CXX="no-such-compiler"), 1, "GCC 12 or newer", "no-such-compiler", "g++")

    def test_a_missing_libdeflate_is_named_and_stops_nothing(self):
        result = bash("-c", "set -euo pipefail; check=yes; found=(); " + PARTS +
                      "wanted=(libdeflate-dev); install_what_is_wanted; say reached")
        self.refused(result, 0, "libdeflate-dev", "zlib", "reached")

    def test_a_folder_without_libtorch_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.refused(bash("sdk/setup.sh", "--check", LIBTORCH_ROOT=folder), 1, folder, "include/ATen/core/Tensor.h")

    def test_an_old_libtorch_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            libtorch(folder, "2.5.1")
            self.refused(bash("sdk/setup.sh", "--check", LIBTORCH_ROOT=folder), 1, "2.5.1", "too old", "2.6")

    def test_a_libtorch_of_the_user_is_taken(self):
        for variable in ("LIBTORCH_ROOT", "CMAKE_PREFIX_PATH"):
            with tempfile.TemporaryDirectory() as folder:
                libtorch(folder, "2.10.0")
                given = {"LIBTORCH_ROOT": "", "CMAKE_PREFIX_PATH": "", "Torch_DIR": "", variable: folder}
                result = bash("-c", PARTS + 'found=(); look_for_torch; say "${found[0]}"', **given)
                self.assertEqual(result.stdout, f"LibTorch 2.10.0 ({variable})\n")

    def choice_of_wheel(self, versions):
        return bash("-c", PARTS + f'pip() {{ echo "Available versions: {versions}"; }}; '
                    'choose_torch_wheel && say "pip install ${torch_wheel[*]}"')

    def test_a_wheel_for_processors_is_preferred(self):
        result = self.choice_of_wheel("2.15.0, 2.13.0+cpu, 2.13.0")
        self.assertEqual(result.stdout.splitlines()[-1], "pip install --no-deps torch==2.13.0+cpu")
        self.assertNotIn("4.7 GB", result.stdout)

    def test_the_size_of_the_cuda_wheel_is_said_before_the_download(self):
        result = self.choice_of_wheel("2.15.0, 2.13.0, 2.13")
        self.assertEqual(result.stdout.splitlines()[-1], "pip install torch==2.13.0")
        for word in ("4.7 GB", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "LIBTORCH_ROOT"):
            self.assertIn(word, result.stdout)

    def test_a_python_without_a_wheel_is_told_so(self):
        self.refused(self.choice_of_wheel("2.5.1, 2.5.0"), 1, "2.13.0", "2.5.1", "PYTHON=", "LIBTORCH_ROOT")

    def test_without_an_index_the_ways_out_are_named(self):
        result = bash("-c", PARTS + 'pip() { echo "ERROR: No matching distribution" >&2; return 1; }; choose_torch_wheel')
        self.refused(result, 1, "No matching distribution", "PIP_FIND_LINKS", "LIBTORCH_ROOT", "ASSORTHEAD_ROOT")

    def test_backports_come_from_the_mirror_in_use(self):
        indextargets = 'apt-get() { printf "%s\\n" "http://mirror.example/debian-security/ " "http://mirror.example/debian/ "; }; '
        result = bash("-c", PARTS + indextargets + "backports_source bookworm")
        self.assertEqual(result.stdout.splitlines()[:3],
                         ["Types: deb", "URIs: http://mirror.example/debian/", "Suites: bookworm-backports"])


if __name__ == "__main__":
    unittest.main()
