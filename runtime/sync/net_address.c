#include "sync/net_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/un.h>

enum { PORT_MAX = 65535, UNIX_BYTES_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1 };

static bool starts_with(const char *text, const char *prefix, const char **ret_rest)
{
    size_t length = strlen(prefix);
    *ret_rest = text + length;
    return strncmp(text, prefix, length) == 0;
}

static bool parse_port(const char *text, in_port_t *ret_port)
{
    uint32_t port = 0;
    if (*text == '\0')
        return false;
    for (; *text >= '0' && *text <= '9' && port <= PORT_MAX; text++)
        port = port * 10 + (uint32_t)(*text - '0');
    *ret_port = htons((uint16_t)port);
    return *text == '\0' && port <= PORT_MAX;
}

static void set_ipv6(struct net_address *address, const struct in6_addr *host, in_port_t port)
{
    struct sockaddr_in6 *ipv6 = (void *)&address->storage;
    *ipv6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = *host, .sin6_port = port};
    address->length = sizeof *ipv6;
}

static void set_ipv4(struct net_address *address, struct in_addr host, in_port_t port)
{
    struct sockaddr_in *ipv4 = (void *)&address->storage;
    *ipv4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = host, .sin_port = port};
    address->length = sizeof *ipv4;
}

/* HOST:PORT, HOST of `host_length` bytes. */
static int parse_tcp(const char *host, size_t host_length, in_port_t port, enum net_use use,
                     struct net_address *ret_address)
{
    char copy[INET6_ADDRSTRLEN];
    struct in_addr ipv4 = {htonl(INADDR_LOOPBACK)};
    struct in6_addr ipv6;
    if (host_length == 0 && use == NET_TO_LISTEN) {
        set_ipv6(ret_address, &in6addr_any, port);
        return 0;
    }
    bool has_brackets = host_length >= 2 && host[0] == '[' && host[host_length - 1] == ']';
    if (has_brackets) {
        host++;
        host_length -= 2;
    }
    if (host_length >= sizeof copy)
        return -EINVAL;
    memcpy(copy, host, host_length);
    copy[host_length] = '\0';
    if (has_brackets) {
        if (inet_pton(AF_INET6, copy, &ipv6) != 1)
            return -EINVAL;
        set_ipv6(ret_address, &ipv6, port);
        return 0;
    }
    if (host_length != 0 && strcmp(copy, "localhost") != 0 && inet_pton(AF_INET, copy, &ipv4) != 1)
        return -EINVAL;
    set_ipv4(ret_address, ipv4, port);
    return 0;
}

static int parse_unix(const char *path, struct net_address *ret_address)
{
    struct sockaddr_un *address = (void *)&ret_address->storage;
    size_t length = strlen(path);
    if (length == 0 || length > UNIX_BYTES_MAX || strcmp(path, "@") == 0)
        return -EINVAL;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, length);
    bool has_file = path[0] != '@';
    if (!has_file)
        address->sun_path[0] = '\0';
    ret_address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (has_file ? 1 : 0));
    return 0;
}

int net_address_parse(const char *text, enum net_use use, struct net_address *ret_address)
{
    const char *rest;
    in_port_t port;
    if (starts_with(text, "unix:", &rest))
        return parse_unix(rest, ret_address);
    if (!starts_with(text, "tcp:", &rest))
        return -EINVAL;
    const char *colon = strrchr(rest, ':');
    if (colon == NULL || !parse_port(colon + 1, &port))
        return -EINVAL;
    return parse_tcp(rest, (size_t)(colon - rest), port, use, ret_address);
}

const char *net_address_path(const struct net_address *address)
{
    const struct sockaddr_un *local = (const void *)&address->storage;
    return local->sun_family == AF_UNIX && local->sun_path[0] != '\0' ? local->sun_path : NULL;
}

bool net_address_to_any_ipv4(struct net_address *address)
{
    const struct sockaddr_in6 *ipv6 = (const void *)&address->storage;
    if (ipv6->sin6_family != AF_INET6 || !IN6_IS_ADDR_UNSPECIFIED(&ipv6->sin6_addr))
        return false;
    set_ipv4(address, (struct in_addr){htonl(INADDR_ANY)}, ipv6->sin6_port);
    return true;
}
