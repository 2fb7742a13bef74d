/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The binary interface between scprior and a plugin: pure C11, readable whatever the plugin was built with.
 *
 * A plugin is a shared library that exports one function, `scprior_plugin_entry_v1`, and one marker symbol whose name
 * carries the facts of its build (see scprior/plugin.hpp, which writes both for C++ authors). The host reads the marker
 * from the file before it loads it, then calls the entry function and reads the descriptor below.
 *
 * Lifetimes: everything a descriptor points to lives as long as the process; plugins are never unloaded.
 * Threads:   the entry function and `create` are called on one thread at a time.
 */
#ifndef SCPRIOR_ABI_H
#define SCPRIOR_ABI_H

#include <stddef.h>
#include <stdint.h>

#define SCPRIOR_ABI_MAJOR 1
#define SCPRIOR_ABI_MINOR 0

/** Version of the C++ interfaces. Raised whenever any SDK class changes its layout or its virtual functions. */
#define SCPRIOR_SDK_EPOCH 1

/** Version of scprior itself; the build system reads it from here. */
#define SCPRIOR_VERSION_MAJOR 0
#define SCPRIOR_VERSION_MINOR 1
#define SCPRIOR_VERSION_PATCH 0

#define SCPRIOR_PLUGIN_MAGIC 0x52504353u /* "SCPR", little endian */
#define SCPRIOR_ENTRY_SYMBOL "scprior_plugin_entry_v1"
#define SCPRIOR_MARKER_PREFIX "scprior_build__"

#if defined(_WIN32)
#define SCPRIOR_EXPORT __declspec(dllexport)
#else
#define SCPRIOR_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What went wrong. The values never change; new ones are appended. */
typedef enum scprior_status {
  SCPRIOR_OK = 0,
  SCPRIOR_E_ARGUMENT = 1,     /**< a function was called with an argument outside its domain */
  SCPRIOR_E_CONFIG = 2,       /**< an experiment file or an option is wrong */
  SCPRIOR_E_PLUGIN = 3,       /**< a plugin cannot be loaded or misbehaves */
  SCPRIOR_E_DATA = 4,         /**< the data cannot be used as they are */
  SCPRIOR_E_NUMERIC = 5,      /**< a computation left the finite numbers */
  SCPRIOR_E_IO = 6,           /**< a file cannot be read or written */
  SCPRIOR_E_CANCELLED = 7,    /**< the user asked to stop */
  SCPRIOR_E_UNSUPPORTED = 8,  /**< a declared-optional capability is not there */
  SCPRIOR_E_INTERNAL = 99     /**< a defect of scprior */
} scprior_status;

typedef enum scprior_kind {
  SCPRIOR_KIND_LOADER = 1,
  SCPRIOR_KIND_ENCODER = 2,
  SCPRIOR_KIND_DECODER = 3,
  SCPRIOR_KIND_FLOW = 4,
  SCPRIOR_KIND_PRIOR = 5,
  SCPRIOR_KIND_LIKELIHOOD = 6,
  SCPRIOR_KIND_METRIC = 7
} scprior_kind;

/** How a component is implemented. C++ components need equal build facts; C components only the ABI version. */
typedef enum scprior_tier { SCPRIOR_TIER_C = 1, SCPRIOR_TIER_CXX = 2 } scprior_tier;

/** Facts of a plugin's own compilation, compared one by one with those of the host. */
typedef struct scprior_build {
  uint32_t struct_size;
  uint32_t sdk_epoch;
  uint32_t torch_version; /**< major * 10000 + minor * 100 + patch */
  uint32_t gxx_abi;       /**< __GXX_ABI_VERSION */
  uint32_t cxx11_abi;     /**< _GLIBCXX_USE_CXX11_ABI */
  uint32_t flags;         /**< SCPRIOR_BUILD_* bits: what changes object layouts or the allocator */
  const char *compiler;   /**< text for messages */
} scprior_build;

enum { SCPRIOR_BUILD_ASAN = 1, SCPRIOR_BUILD_TSAN = 2, SCPRIOR_BUILD_GLIBCXX_DEBUG = 4 };

typedef enum scprior_option_type {
  SCPRIOR_OPTION_BOOLEAN = 1,
  SCPRIOR_OPTION_INTEGER = 2,
  SCPRIOR_OPTION_REAL = 3,
  SCPRIOR_OPTION_TEXT = 4,
  SCPRIOR_OPTION_CHOICE = 5,
  SCPRIOR_OPTION_INTEGERS = 6,
  SCPRIOR_OPTION_REALS = 7,
  SCPRIOR_OPTION_TEXTS = 8
} scprior_option_type;

enum { SCPRIOR_OPTION_REQUIRED = 1, SCPRIOR_OPTION_MIN_OPEN = 2, SCPRIOR_OPTION_MAX_OPEN = 4 };

/** One option of a component: one row of its table, one key in an experiment file. */
typedef struct scprior_option {
  uint32_t struct_size;
  uint32_t type;             /**< scprior_option_type */
  uint32_t flags;            /**< SCPRIOR_OPTION_* */
  uint32_t reserved;
  const char *name;
  const char *doc;           /**< one line */
  const char *default_value; /**< as written in TOML: 500, "log1p", [512, 256]; NULL if and only if required */
  double min, max;           /**< -INFINITY, INFINITY where unbounded; for lists: of each element */
  const char *const *choices; /**< NULL-terminated; NULL unless the type is CHOICE */
} scprior_option;

/** Values given to one component, read through the host's functions. */
typedef struct scprior_options scprior_options;

/** What the host gives to a plugin. Append-only: check struct_size before a member added after 1.0. */
typedef struct scprior_host {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  void *context;
  /** level: 0 debug, 1 information, 2 warning, 3 error. A host may drop what is below an error, or all of it. */
  void (*log)(void *context, int32_t level, const char *utf8);
  /** Keeps the text of a failure; call it before returning a non-zero status. */
  void (*set_error)(void *context, int32_t status, const char *utf8);
} scprior_host;

/** One component a plugin offers. */
typedef struct scprior_component {
  uint32_t struct_size;
  uint32_t kind; /**< scprior_kind */
  uint32_t tier; /**< scprior_tier */
  uint32_t n_options;
  const char *name;     /**< [a-z0-9_]+, unique among the components of its kind */
  const char *summary;  /**< one line */
  const char *citation; /**< paper, or "" */
  const scprior_option *options;
  /** Makes an instance. C++ tier: *out becomes a scprior::Component* owned by the caller, `options` is a
      const scprior::Options*. Returns a scprior_status; on failure the text is left with host->set_error. */
  int32_t (*create)(const scprior_host *host, const scprior_options *options, void **out);
} scprior_component;

/** What the entry function returns. The first 16 bytes are frozen for ever. */
typedef struct scprior_plugin {
  uint32_t magic;
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  uint32_t n_components;
  const char *id; /**< [a-z0-9_]+ */
  const char *version;
  const char *author;
  const char *license; /**< SPDX identifier */
  const char *url;
  const scprior_build *build; /**< NULL only if every component is of the C tier */
  const scprior_component *components;
} scprior_plugin;

typedef const scprior_plugin *(*scprior_entry_function)(const scprior_host *host);

#if defined(__cplusplus)
#define SCPRIOR_STATIC_ASSERT static_assert
#else
#define SCPRIOR_STATIC_ASSERT _Static_assert
#endif
SCPRIOR_STATIC_ASSERT(offsetof(scprior_plugin, magic) == 0, "frozen");
SCPRIOR_STATIC_ASSERT(offsetof(scprior_plugin, struct_size) == 4, "frozen");
SCPRIOR_STATIC_ASSERT(offsetof(scprior_plugin, abi_major) == 8, "frozen");
SCPRIOR_STATIC_ASSERT(offsetof(scprior_plugin, abi_minor) == 10, "frozen");
SCPRIOR_STATIC_ASSERT(offsetof(scprior_plugin, n_components) == 12, "frozen");

#ifdef __cplusplus
}
#endif
#endif
