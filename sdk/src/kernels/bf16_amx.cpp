// SPDX-License-Identifier: Apache-2.0
#include "bf16_paths.hpp"

#if SCPRIOR_X86_BF16
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace scprior::kernels {

#if SCPRIOR_X86_BF16

namespace {

/// Linux gives the tiles' large registers only to processes that ask for them.
bool permitted_by_the_kernel() {
  constexpr int request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

struct alignas(64) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Four sums of 16 by 16 at a time: each block loaded is used twice.
__attribute__((target("amx-tile,amx-bf16"))) void square_of_32(const Bf16Product& p, int64_t row, int64_t column) {
  constexpr int64_t block_row = 64;
  const int64_t out_row = p.out_stride * 4, blocks_along_k = p.k * 16;
  const Bf16 *left = p.left + row * p.k, *right = p.right + column * p.k;
  float *out = p.out + row * p.out_stride + column, *below = out + 16 * p.out_stride;
  if (p.add) {
    _tile_loadd(0, out, out_row);
    _tile_loadd(1, out + 16, out_row);
    _tile_loadd(2, below, out_row);
    _tile_loadd(3, below + 16, out_row);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int64_t block = 0; block < blocks_along_k; block += 512) {
    _tile_loadd(4, left + block, block_row);
    _tile_loadd(6, right + block, block_row);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, right + blocks_along_k + block, block_row);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, left + blocks_along_k + block, block_row);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, out, out_row);
  _tile_stored(1, out + 16, out_row);
  _tile_stored(2, below, out_row);
  _tile_stored(3, below + 16, out_row);
}

}  // namespace

bool amx_is_usable() {
  static const bool usable = __builtin_cpu_supports("amx-bf16") != 0 && permitted_by_the_kernel();
  return usable;
}

__attribute__((target("amx-tile"))) void bf16_product_amx(const Bf16Product& p) {
  static constexpr TileConfig config;
  _tile_loadconfig(&config);
  for (int64_t column = 0; column < p.n; column += bf16_block)
    for (int64_t row = 0; row < p.m; row += bf16_block) square_of_32(p, row, column);
  _tile_release();
}

#else

bool amx_is_usable() { return false; }
void bf16_product_amx(const Bf16Product&) {}

#endif

}  // namespace scprior::kernels
