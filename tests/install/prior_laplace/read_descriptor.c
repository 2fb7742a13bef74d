/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "scprior/abi.h"

static void ignore_log(void *context, int32_t level, const char *text) {
  (void)context, (void)level, (void)text;
}

static void print_error(void *context, int32_t status, const char *text) {
  (void)context;
  fprintf(stderr, "error %d: %s\n", (int)status, text);
}

/* usage: read_descriptor PLUGIN.so; prints: id version kind component ... */
int main(int argc, char **argv) {
  const scprior_host host = {sizeof host, SCPRIOR_ABI_MAJOR, SCPRIOR_ABI_MINOR, NULL, ignore_log, print_error};
  scprior_entry_function entry = NULL;
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (!library) return fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "wanted one plugin"), 1;

  void *symbol = dlsym(library, SCPRIOR_ENTRY_SYMBOL);
  if (!symbol) return fprintf(stderr, "no symbol %s\n", SCPRIOR_ENTRY_SYMBOL), 1;
  memcpy(&entry, &symbol, sizeof entry);

  const scprior_plugin *plugin = entry(&host);
  if (!plugin || plugin->magic != SCPRIOR_PLUGIN_MAGIC) return fprintf(stderr, "no descriptor\n"), 1;
  printf("%s %s", plugin->id, plugin->version);
  for (uint32_t i = 0; i < plugin->n_components; ++i)
    printf(" %u %s", plugin->components[i].kind, plugin->components[i].name);
  printf("\n");
  return 0;
}
