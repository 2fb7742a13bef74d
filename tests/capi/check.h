/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the C interface are written with: cases by name, and checks that say what was expected. */
#ifndef SCPRIOR_TEST_CHECK_H
#define SCPRIOR_TEST_CHECK_H

#include "scprior.h"

typedef struct test_case {
  const char *name;
  void (*run)(void);
} test_case;

/* Ends with {NULL, NULL}. */
extern const test_case data_cases[], model_cases[], inference_cases[], component_cases[], thread_cases[];

void check(int holds, const char *file, int line, const char *what);
void check_status(int32_t got, int32_t wanted, const char *words, const char *file, int line, const char *call);

/* The condition holds. */
#define CHECK(condition) check((condition) != 0, __FILE__, __LINE__, #condition)
/* The call succeeds. */
#define OK(call) check_status((call), SCPRIOR_OK, NULL, __FILE__, __LINE__, #call)
/* The call fails with this status, and the text has these words. */
#define REFUSED(status, words, call) check_status((call), (status), (words), __FILE__, __LINE__, #call)

/* Small data: 60 cells of two kinds, 40 genes "g1" ..., and what they are made of. */
enum { N_CELLS = 60, N_GENES = 40, N_LATENT = 3 };
typedef struct small_data {
  double dense[N_CELLS][N_GENES]; /* cells × genes */
  int32_t pointers[N_CELLS + 1], indices[N_CELLS * N_GENES];
  double values[N_CELLS * N_GENES];
  char text[N_GENES][8];
  const char *genes[N_GENES];
} small_data;
small_data *make_small_data(void);             /* free() it */
scprior_matrix sparse_matrix(small_data *data); /* as R gives it: doubles, 32-bit indices from 0 */
scprior_data *small_handle(void);
scprior_model *small_model(const char *prior);  /* not trained; 3 epochs */
scprior_model *trained_model(scprior_data *data); /* as long as it takes to know the data */

/* The text of a two-call function whose last arguments are buffer, capacity and needed; free() it. */
#define TEXT_OF(out, call)                    \
  do {                                        \
    size_t needed_ = 0;                       \
    char *buffer_ = NULL;                     \
    size_t capacity_ = 0;                     \
    OK(call(buffer_, capacity_, &needed_));   \
    capacity_ = needed_;                      \
    buffer_ = malloc(capacity_);              \
    OK(call(buffer_, capacity_, &needed_));   \
    (out) = buffer_;                          \
  } while (0)

#endif
