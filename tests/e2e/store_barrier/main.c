/* Usage: main PLUGIN     exit status 0: one flag for all, stops by signal came, and no list was damaged */
#include "work.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>

static _Atomic int is_over, ended;
static _Atomic uint64_t damage;

static void repeat(void *arg)
{
    const struct work *what = arg;
    do
        damage += what->store_and_check();
    while (!is_over);
    ended++;
}

static int run(void *plugin_work)
{
    struct gcrt_stats stats;
    gcrt_go(repeat, (void *)&work);
    gcrt_go(repeat, plugin_work);
    do {
        gcrt_collect();
        gcrt_yield();
        gcrt_stats_read(&stats);
    } while (stats.cycle_count < 50 || stats.stop_signal_count < 10);
    is_over = 1;
    while (ended < 2)
        gcrt_yield();
    return damage != 0;
}

int main(int argc, char **argv)
{
    void *plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    struct work *plugin_work = plugin != NULL ? dlsym(plugin, "work") : NULL;
    if (plugin_work == NULL || plugin_work == &work) {
        fprintf(stderr, "no plugin: %s\n", dlerror());
        return 2;
    }
    if (plugin_work->flag_address() != work.flag_address() ||
        work.flag_address() != dlsym(RTLD_DEFAULT, "gcrt_barrier_flag")) {
        fprintf(stderr, "more than one flag\n");
        return 3;
    }
    struct gcrt_options options = {.procs = 3};
    return gcrt_run(&options, run, plugin_work);
}
