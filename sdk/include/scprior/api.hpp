// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks what the SDK's shared library exports. Classes that cross library borders carry it, so that their
/// type information exists once and exceptions are caught by type.
#define SCPRIOR_API __attribute__((visibility("default")))
