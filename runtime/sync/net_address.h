/* net_address.h: the text of an address (gcrt/net.h) as the socket calls want it. */
#ifndef RUNTIME_SYNC_NET_ADDRESS_H
#define RUNTIME_SYNC_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum net_use { NET_TO_LISTEN, NET_TO_DIAL };

struct net_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* 0, or -EINVAL. Listening on any address is the IPv6 one, which takes IPv4 connections as well. */
int net_address_parse(const char *text, enum net_use use, struct net_address *ret_address);

/* The file of a unix socket; NULL for all others, those with a name without a file included. */
const char *net_address_path(const struct net_address *address);

/* The same port of any IPv4 address: for a system without IPv6. False: it is another address than any. */
bool net_address_to_any_ipv4(struct net_address *address);

#endif
