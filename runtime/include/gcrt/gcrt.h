/* gcrt.h: all of libgcrt. */
#ifndef GCRT_GCRT_H
#define GCRT_GCRT_H

#include <gcrt/chan.h>
#include <gcrt/goroutine.h>
#include <gcrt/map.h>
#include <gcrt/memory.h>
#include <gcrt/net.h>
#include <gcrt/run.h>
#include <gcrt/store.h>
#include <gcrt/sync.h>
#include <gcrt/time.h>
#include <gcrt/type.h>

#endif
