// SPDX-License-Identifier: Apache-2.0
#include "scprior/core/exported_symbols.hpp"

#include <elf.h>
#include <link.h>

#include <cstring>

#include "io/read_file.hpp"
#include "scprior/error.hpp"

namespace scprior::core {
namespace {

using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);

constexpr int own_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
#if defined(__x86_64__)
constexpr int own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int own_machine = EM_AARCH64;
#else
constexpr int own_machine = EM_NONE;  // not compared
#endif

/// A copy of the n-th T at `offset` of the file.
template <class T>
T part(const std::string& bytes, size_t offset, size_t n = 0) {
  T out;
  const size_t start = offset + n * sizeof(T);
  if (start > bytes.size() || bytes.size() - start < sizeof(T))
    fail(Status::plugin, "the file is cut short: its section headers point beyond its end");
  std::memcpy(&out, bytes.data() + start, sizeof(T));
  return out;
}

std::string name_at(const std::string& bytes, size_t offset) {
  if (offset >= bytes.size()) fail(Status::plugin, "the file is damaged: a name lies beyond its end");
  return bytes.substr(offset, bytes.find('\0', offset) - offset);
}

bool is_export(const Symbol& symbol) {
  const auto binding = symbol.st_info >> 4;
  const auto visibility = symbol.st_other & 3;
  return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && binding != STB_LOCAL &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

}  // namespace

std::vector<std::string> exported_symbols(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  const Header header = part<Header>(bytes, 0);
  if (header.e_ident[EI_CLASS] != own_class || (own_machine != EM_NONE && header.e_machine != own_machine))
    fail(Status::plugin, "the file is built for another kind of machine (ELF class ", int{header.e_ident[EI_CLASS]},
         ", machine ", header.e_machine, "; here ", own_class, ", ", own_machine, ")");
  std::vector<std::string> names;
  for (size_t i = 0; i < header.e_shnum; ++i) {
    const Section section = part<Section>(bytes, header.e_shoff, i);
    if (section.sh_type != SHT_DYNSYM) continue;
    const Section texts = part<Section>(bytes, header.e_shoff, section.sh_link);
    for (size_t k = 0; k < section.sh_size / sizeof(Symbol); ++k) {
      const Symbol symbol = part<Symbol>(bytes, section.sh_offset, k);
      if (is_export(symbol)) names.push_back(name_at(bytes, texts.sh_offset + symbol.st_name));
    }
  }
  return names;
}

}  // namespace scprior::core
