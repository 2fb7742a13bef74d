/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

typedef struct job {
  int64_t seed;
  float out[N_CELLS * N_LATENT];
} job;

static void *work(void *argument) {
  job *mine = argument;
  scprior_data *data = small_handle();
  scprior_model *model = small_model("standard_normal");
  scprior_fit_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.seed = mine->seed;
  OK(scprior_fit(model, data, &options, NULL));
  OK(scprior_embed(model, data, mine->out, N_LATENT, 1));
  /* Statuses and texts are a thread's own. */
  char words[32];
  const char *settings[] = {words};
  strcpy(words, mine->seed == 1 ? "prior=first" : "prior=second");
  scprior_model *none = NULL;
  for (int i = 0; i < 20; ++i)
    REFUSED(SCPRIOR_E_CONFIG, mine->seed == 1 ? "first" : "second", scprior_model_new(NULL, settings, 1, &none));
  scprior_model_free(model);
  scprior_data_free(data);
  return NULL;
}

static void two_models(void) {
  OK(scprior_set_threads(1));
  static job jobs[2], again;
  jobs[0].seed = 1, jobs[1].seed = 2, again.seed = 1;
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  work(&again);
  CHECK(memcmp(again.out, jobs[0].out, sizeof again.out) == 0); /* not disturbed by the other */
  CHECK(memcmp(jobs[0].out, jobs[1].out, sizeof again.out) != 0);
}

typedef struct shared {
  scprior_model *model;
  scprior_data *data;
  pthread_mutex_t mutex;
  pthread_cond_t started;
  int running;
  int32_t status;
  scprior_fit_result result;
} shared;

static int32_t tell_started(void *user, const scprior_progress *progress) {
  shared *s = user;
  (void)progress;
  pthread_mutex_lock(&s->mutex);
  s->running = 1;
  pthread_cond_signal(&s->started);
  pthread_mutex_unlock(&s->mutex);
  return 0;
}

static void *fit_long(void *argument) {
  shared *s = argument;
  scprior_fit_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.progress = tell_started;
  options.user = s;
  s->result.struct_size = sizeof s->result;
  s->status = scprior_fit(s->model, s->data, &options, &s->result);
  return NULL;
}

/* Another thread is refused while a fit runs, may cancel it, and may free what it uses. */
static void from_another_thread(void) {
  static shared s;
  pthread_mutex_init(&s.mutex, NULL);
  pthread_cond_init(&s.started, NULL);
  const char *settings[] = {"latent=3", "genes.space=dataset", "encoder.hidden=[8]", "decoder.hidden=[8]",
                            "train.max_epochs=1000000000", "train.stop_patience=1000000000", "train.batch_size=16"};
  OK(scprior_model_new(NULL, settings, 7, &s.model));
  s.data = small_handle();
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, fit_long, &s) == 0);
  pthread_mutex_lock(&s.mutex);
  while (!s.running) pthread_cond_wait(&s.started, &s.mutex);
  pthread_mutex_unlock(&s.mutex);
  REFUSED(SCPRIOR_E_ARGUMENT, "in use", scprior_model_history(s.model, "kl", NULL, 0, NULL));
  REFUSED(SCPRIOR_E_ARGUMENT, "in use", scprior_data_size(s.data, NULL, NULL));
  scprior_data_free(s.data); /* lives until the fit has ended */
  CHECK(scprior_last_status() == SCPRIOR_OK);
  REFUSED(SCPRIOR_E_ARGUMENT, "freed", scprior_data_size(s.data, NULL, NULL));
  OK(scprior_model_cancel(s.model));
  pthread_join(thread, NULL);
  CHECK(s.status == SCPRIOR_E_CANCELLED && s.result.stop == SCPRIOR_STOP_CANCELLED);
  int64_t n = -1;
  OK(scprior_model_history(s.model, "kl", NULL, 0, &n));
  CHECK(n == s.result.epochs);
  scprior_model_free(s.model);
}

const test_case thread_cases[] = {{"two models are trained in two threads", two_models},
                                  {"a fit is cancelled from another thread", from_another_thread},
                                  {NULL, NULL}};
