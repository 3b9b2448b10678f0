#include "number.h"

bool number_parse(struct bytes digits, int64_t *ret_number)
{
    const char *at = digits.at, *end = digits.at + digits.length;
    bool is_negative = at < end && *at == '-';
    at += is_negative ? 1 : 0;
    if (at == end || (*at == '0' && digits.length > 1))
        return false;
    int64_t number = 0;
    for (; at < end; at++) { /* counted downwards, since there is one more negative number */
        if (*at < '0' || *at > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, *at - '0', &number))
            return false;
    }
    if (!is_negative && __builtin_sub_overflow(0, number, &number))
        return false;
    *ret_number = number;
    return true;
}

char *number_format(char *to, int64_t number)
{
    char digits[NUMBER_DIGITS_MAX];
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    int count = 0;
    if (number < 0)
        *to++ = '-';
    do {
        digits[count++] = (char)('0' + rest % 10);
    } while ((rest /= 10) != 0);
    while (count > 0)
        *to++ = digits[--count];
    return to;
}
