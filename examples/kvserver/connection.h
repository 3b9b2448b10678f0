/* connection.h: one client: reads what comes, answers all of it, sends the answers in one write. */
#ifndef KVSERVER_CONNECTION_H
#define KVSERVER_CONNECTION_H

#include "commands.h"

/* Serves the connection in a goroutine of its own until it ends, and closes it. */
void connection_start(struct server *server, struct gcrt_conn *conn);

#endif
