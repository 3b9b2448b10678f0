#include "observe/observe.h"

#include <errno.h>
#include <stdio.h>

const struct observer *gcrt_observer;
const struct observe_dumper *gcrt_dumper;
const struct observe_reporter *gcrt_reporter;
static const struct observe_source *registered_source;

void observe_register(const struct observe_source *source)
{
    registered_source = source;
}

void observe_register_dumper(const struct observe_dumper *dumper)
{
    gcrt_dumper = dumper;
}

void observe_register_reporter(const struct observe_reporter *reporter)
{
    gcrt_reporter = reporter;
}

int observe_start(const char *argument, char *reterr, size_t reterr_bytes)
{
    if (registered_source == NULL) {
        snprintf(reterr, reterr_bytes, "no recorder is linked into this program");
        return -ENOSYS;
    }
    return registered_source->open(argument, &gcrt_observer, reterr, reterr_bytes);
}
