/* The dump's own XXH64 gives what libxxhash gives, for every length around its stripes and lanes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <xxhash.h>

#include "tracer/inside/xxh64.h"

enum { LENGTH_MAX = 300 };

static void every_length_is_that_of_libxxhash(void **)
{
    uint8_t bytes[LENGTH_MAX];
    for (unsigned i = 0; i < LENGTH_MAX; i++)
        bytes[i] = (uint8_t)(i * 37 + i / 7);
    for (size_t length = 0; length <= LENGTH_MAX; length++)
        for (uint64_t seed = 0; seed < 3; seed++)
            assert_true(xxh64(bytes, length, seed * 0x9e3779b97f4a7c15) ==
                        XXH64(bytes, length, seed * 0x9e3779b97f4a7c15));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_length_is_that_of_libxxhash)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
