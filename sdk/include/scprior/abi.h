/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The binary interface between scprior and a plugin: pure C11, readable whatever the plugin was built with.
 *
 * A plugin is a shared library that exports one function, `scprior_plugin_entry_v1`, and one marker symbol whose name
 * carries the facts of its build (see scprior/plugin.hpp, which writes both for C++ authors). The host reads the marker
 * from the file before it loads it, then calls the entry function and reads the descriptor below.
 *
 * Lifetimes: everything a descriptor points to lives as long as the process; plugins are never unloaded.
 * Threads:   the entry function and `create` are called on one thread at a time. The entry function may be called more
 *            than once, also in a process of its own (a host tries strange files there first).
 * Versions:  a plugin sets struct_size and abi_minor to what it was compiled with. Structs only grow at their end, and
 *            an array of them has the stride of its struct_size, so that a C plugin made for 1.m works in any 1.n with
 *            n >= m.
 */
#ifndef SCPRIOR_ABI_H
#define SCPRIOR_ABI_H

#include <stddef.h>
#include <stdint.h>

#define SCPRIOR_ABI_MAJOR 1
#define SCPRIOR_ABI_MINOR 0

/** Version of the C++ interfaces. Raised whenever any SDK class changes its layout or its virtual functions. */
#define SCPRIOR_SDK_EPOCH 3

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

/**
 * What the host gives to a plugin; valid during the call it is passed to. Append-only: check struct_size before members
 * added after 1.0.
 *
 * The option functions read one value that `create` was given. They fail (SCPRIOR_E_INTERNAL) if the component did not
 * declare an option of that name and type; the text is then left already. What a pointer leads to lives until `create`
 * returns.
 */
typedef struct scprior_host {
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  void *context;
  /** level: 0 debug, 1 information, 2 warning, 3 error. A host may drop what is below an error, or all of it. */
  void (*log)(void *context, int32_t level, const char *utf8);
  /** Keeps the text of a failure; call it before returning a non-zero status. */
  void (*set_error)(void *context, int32_t status, const char *utf8);

  int32_t (*option_boolean)(void *context, const scprior_options *options, const char *name, int32_t *value);
  int32_t (*option_integer)(void *context, const scprior_options *options, const char *name, int64_t *value);
  int32_t (*option_real)(void *context, const scprior_options *options, const char *name, double *value);
  /** Also for choices. */
  int32_t (*option_text)(void *context, const scprior_options *options, const char *name, const char **utf8);
  int32_t (*option_integers)(void *context, const scprior_options *options, const char *name, const int64_t **values,
                             int64_t *n);
  int32_t (*option_reals)(void *context, const scprior_options *options, const char *name, const double **values,
                          int64_t *n);
  int32_t (*option_texts)(void *context, const scprior_options *options, const char *name, const char *const **values,
                          int64_t *n);
} scprior_host;

/** What a component offers beyond what its kind must offer. A host ignores bits it does not know. */
enum {
  SCPRIOR_OFFERS_KL = 1,      /**< prior: the closed form of KL(q || p) for a Gaussian posterior */
  SCPRIOR_OFFERS_INVERSE = 2, /**< flow: inverse() */
  SCPRIOR_WANTS_CELLS = 4     /**< prior: starts from training cells, unless an option says otherwise */
};

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
  uint64_t capabilities; /**< SCPRIOR_OFFERS_*, SCPRIOR_WANTS_* */
  /** Makes an instance. C++ tier: *out becomes a scprior::Component* owned by the caller, `options` is a
      const scprior::Options*. C tier: *out becomes a const scprior_prior_c* or const scprior_metric_c* that lives until
      the host has called its destroy. Returns a scprior_status; on failure the text is left with host->set_error. */
  int32_t (*create)(const scprior_host *host, const scprior_options *options, void **out);
} scprior_component;

/** Size of the buffer `error` of the functions below. Before returning a non-zero status they write a zero-terminated
    text into it. */
#define SCPRIOR_ERROR_SIZE 1024

/**
 * C tier: a prior as functions over arrays of doubles, row after row. Letters: n points, D latent units, P parameters.
 *
 * Order of calls: build once; start once, unless a saved model is loaded; then log_prob, sample in any order; destroy
 * once, last. Every function is called on the thread that called scprior, one at a time for each instance.
 * The host owns the parameters: it trains them with the rest of the model, saves and loads them.
 */
typedef struct scprior_prior_c {
  uint32_t struct_size;
  uint32_t reserved; /**< 0 */
  void *user;        /**< given back in every call */
  /** Prepares for D latent units and tells P, the number of learnable parameters (0 = none). */
  int32_t (*build)(void *user, int64_t n_latent, int64_t *n_parameters, char *error);
  /** Writes the P values that training starts from; the same seed gives the same values. NULL if P is always 0. */
  int32_t (*start)(void *user, uint64_t seed, double *parameters, char *error);
  /** Writes the natural logarithm of the density at the n rows of z [n, D]: log_prob [n]. Unless they are NULL, also
      gradient [n, D], d log_prob[i] / d z[i, j], and parameter_gradient [n, P], d log_prob[i] / d parameters[j]. */
  int32_t (*log_prob)(void *user, int64_t n, const double *z, const double *parameters, double *log_prob,
                      double *gradient, double *parameter_gradient, char *error);
  /** Writes n independent draws: z [n, D]; the same seed gives the same draws. */
  int32_t (*sample)(void *user, int64_t n, const double *parameters, uint64_t seed, double *z, char *error);
  /** Frees the instance. May be NULL. */
  void (*destroy)(void *user);
} scprior_prior_c;

/** What a metric of the C tier is given. Lives until `evaluate` returns. */
typedef struct scprior_metric_input {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t n_cells, n_latent;
  const double *latent;   /**< [n_cells, n_latent] the embedding, row after row */
  const int32_t *labels;  /**< [n_cells] code of the cell type, -1 = missing; NULL = none given */
  int64_t n_labels;
  const int32_t *batches; /**< [n_cells] code of the experimental batch, -1 = missing; NULL = none given */
  int64_t n_batches;
} scprior_metric_input;

/** better: 1 higher is better, -1 lower is better, 0 neither. name: "" for the metric's main value. */
typedef void (*scprior_report_value)(void *receiver, const char *name, double value, int32_t better);

/** C tier: a metric. NaN = not defined for these data. */
typedef struct scprior_metric_c {
  uint32_t struct_size;
  uint32_t reserved;
  void *user;
  int32_t (*evaluate)(void *user, const scprior_metric_input *input, scprior_report_value report, void *receiver,
                      char *error);
  void (*destroy)(void *user); /**< may be NULL */
} scprior_metric_c;

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
