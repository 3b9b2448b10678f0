/* type_fields.h: GCRT_EACH(m, t, f1, f2, ...) is m(t, f1), m(t, f2), ... for 1 to 32 fields. Included by type.h alone. */
#ifndef GCRT_TYPE_FIELDS_H
#define GCRT_TYPE_FIELDS_H

/* clang-format off */
#define GCRT_EACH(m, t, ...) GCRT_EACH_CHOOSE(__VA_ARGS__, GCRT_EACH_32, GCRT_EACH_31, GCRT_EACH_30, GCRT_EACH_29, GCRT_EACH_28, GCRT_EACH_27, GCRT_EACH_26, GCRT_EACH_25, GCRT_EACH_24, GCRT_EACH_23, GCRT_EACH_22, GCRT_EACH_21, GCRT_EACH_20, GCRT_EACH_19, GCRT_EACH_18, GCRT_EACH_17, GCRT_EACH_16, GCRT_EACH_15, GCRT_EACH_14, GCRT_EACH_13, GCRT_EACH_12, GCRT_EACH_11, GCRT_EACH_10, GCRT_EACH_9, GCRT_EACH_8, GCRT_EACH_7, GCRT_EACH_6, GCRT_EACH_5, GCRT_EACH_4, GCRT_EACH_3, GCRT_EACH_2, GCRT_EACH_1, )(m, t, __VA_ARGS__)
#define GCRT_EACH_CHOOSE(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, name, ...) name
#define GCRT_EACH_1(m, t, f) m(t, f)
#define GCRT_EACH_2(m, t, f, ...) m(t, f), GCRT_EACH_1(m, t, __VA_ARGS__)
#define GCRT_EACH_3(m, t, f, ...) m(t, f), GCRT_EACH_2(m, t, __VA_ARGS__)
#define GCRT_EACH_4(m, t, f, ...) m(t, f), GCRT_EACH_3(m, t, __VA_ARGS__)
#define GCRT_EACH_5(m, t, f, ...) m(t, f), GCRT_EACH_4(m, t, __VA_ARGS__)
#define GCRT_EACH_6(m, t, f, ...) m(t, f), GCRT_EACH_5(m, t, __VA_ARGS__)
#define GCRT_EACH_7(m, t, f, ...) m(t, f), GCRT_EACH_6(m, t, __VA_ARGS__)
#define GCRT_EACH_8(m, t, f, ...) m(t, f), GCRT_EACH_7(m, t, __VA_ARGS__)
#define GCRT_EACH_9(m, t, f, ...) m(t, f), GCRT_EACH_8(m, t, __VA_ARGS__)
#define GCRT_EACH_10(m, t, f, ...) m(t, f), GCRT_EACH_9(m, t, __VA_ARGS__)
#define GCRT_EACH_11(m, t, f, ...) m(t, f), GCRT_EACH_10(m, t, __VA_ARGS__)
#define GCRT_EACH_12(m, t, f, ...) m(t, f), GCRT_EACH_11(m, t, __VA_ARGS__)
#define GCRT_EACH_13(m, t, f, ...) m(t, f), GCRT_EACH_12(m, t, __VA_ARGS__)
#define GCRT_EACH_14(m, t, f, ...) m(t, f), GCRT_EACH_13(m, t, __VA_ARGS__)
#define GCRT_EACH_15(m, t, f, ...) m(t, f), GCRT_EACH_14(m, t, __VA_ARGS__)
#define GCRT_EACH_16(m, t, f, ...) m(t, f), GCRT_EACH_15(m, t, __VA_ARGS__)
#define GCRT_EACH_17(m, t, f, ...) m(t, f), GCRT_EACH_16(m, t, __VA_ARGS__)
#define GCRT_EACH_18(m, t, f, ...) m(t, f), GCRT_EACH_17(m, t, __VA_ARGS__)
#define GCRT_EACH_19(m, t, f, ...) m(t, f), GCRT_EACH_18(m, t, __VA_ARGS__)
#define GCRT_EACH_20(m, t, f, ...) m(t, f), GCRT_EACH_19(m, t, __VA_ARGS__)
#define GCRT_EACH_21(m, t, f, ...) m(t, f), GCRT_EACH_20(m, t, __VA_ARGS__)
#define GCRT_EACH_22(m, t, f, ...) m(t, f), GCRT_EACH_21(m, t, __VA_ARGS__)
#define GCRT_EACH_23(m, t, f, ...) m(t, f), GCRT_EACH_22(m, t, __VA_ARGS__)
#define GCRT_EACH_24(m, t, f, ...) m(t, f), GCRT_EACH_23(m, t, __VA_ARGS__)
#define GCRT_EACH_25(m, t, f, ...) m(t, f), GCRT_EACH_24(m, t, __VA_ARGS__)
#define GCRT_EACH_26(m, t, f, ...) m(t, f), GCRT_EACH_25(m, t, __VA_ARGS__)
#define GCRT_EACH_27(m, t, f, ...) m(t, f), GCRT_EACH_26(m, t, __VA_ARGS__)
#define GCRT_EACH_28(m, t, f, ...) m(t, f), GCRT_EACH_27(m, t, __VA_ARGS__)
#define GCRT_EACH_29(m, t, f, ...) m(t, f), GCRT_EACH_28(m, t, __VA_ARGS__)
#define GCRT_EACH_30(m, t, f, ...) m(t, f), GCRT_EACH_29(m, t, __VA_ARGS__)
#define GCRT_EACH_31(m, t, f, ...) m(t, f), GCRT_EACH_30(m, t, __VA_ARGS__)
#define GCRT_EACH_32(m, t, f, ...) m(t, f), GCRT_EACH_31(m, t, __VA_ARGS__)
/* clang-format on */

#endif
