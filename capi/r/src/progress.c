/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <R_ext/Utils.h>
#include <math.h>
#include <pthread.h>

typedef struct step {
  progress_state *state;
  const scprior_progress *now;
  int stop;
} step;

static void check_interrupt(void *unused) {
  (void)unused;
  R_CheckUserInterrupt();
}

static void write_line(progress_state *state, const scprior_progress *now) {
  const int epoch_ends = now->step >= now->steps;
  if (!epoch_ends && now->seconds - state->written < 0.2) return;
  state->written = now->seconds;
  state->line_begun = 1;
  REprintf("\repoch %lld/%lld  loss %.2f", (long long)now->epoch, (long long)now->max_epochs, now->loss);
  if (isfinite(now->validation_loss)) REprintf("  validation %.2f", now->validation_loss);
  if (isfinite(now->seconds_left)) REprintf("  %.0f s left", now->seconds_left);
  REprintf("          ");
}

void end_line(progress_state *state) {
  if (state->line_begun) REprintf("\n");
  state->line_begun = 0;
}

static progress_state *listener;
static pthread_t listening;

void show_notes(progress_state *state) {
  listener = state;
  listening = pthread_self();
}

void on_note(const char *text) {
  if (listener == NULL || !listener->console || !pthread_equal(listening, pthread_self())) return;
  end_line(listener);
  REprintf("%s\n", text);
}

progress_state progress_of(SEXP progress) {
  progress_state state = {0};
  state.function = Rf_isFunction(progress) ? progress : R_NilValue;
  state.console = Rf_isLogical(progress) && Rf_asLogical(progress) == TRUE;
  return state;
}

/* call_progress(function, numbers): TRUE = go on, FALSE = stop, NULL = the function failed. */
static void call_function(void *argument) {
  step *self = argument;
  const scprior_progress *now = self->now;
  SEXP numbers = Rf_protect(Rf_allocVector(REALSXP, 8));
  const double all[] = {(double)now->epoch, (double)now->max_epochs, (double)now->step, (double)now->steps,
                        now->loss,          now->validation_loss,    now->seconds,      now->seconds_left};
  for (int i = 0; i < 8; ++i) REAL(numbers)[i] = all[i];
  SEXP call = Rf_protect(Rf_lang3(package_function("call_progress"), self->state->function, numbers));
  SEXP value = Rf_eval(call, R_BaseEnv);
  if (Rf_isNull(value)) self->state->failed = 1;
  self->stop = Rf_isNull(value) || Rf_asLogical(value) == FALSE;
  Rf_unprotect(2);
}

int32_t on_progress(void *user, const scprior_progress *now) {
  progress_state *state = user;
  step self = {state, now, 0};
  if (!R_ToplevelExec(check_interrupt, NULL)) state->interrupted = 1;
  if (state->console) write_line(state, now);
  if (!Rf_isNull(state->function) && !R_ToplevelExec(call_function, &self)) state->interrupted = 1;
  if (interrupt_waits) state->interrupted = 1;
  return self.stop || state->interrupted;
}
