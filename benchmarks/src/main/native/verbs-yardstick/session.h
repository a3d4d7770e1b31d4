/* The server's end of one client's connection. */
#ifndef YARDSTICK_SESSION_H
#define YARDSTICK_SESSION_H

#include <stdbool.h>

#include "endpoint.h"
#include "memory.h"
#include "wire.h"

struct message {
    struct flush flush;
    struct answer answer;
};

struct session {
    struct endpoint endpoint;
    struct memory *memory;
    bool established;
    struct message messages[RECEIVE_REQUESTS];
};

/* Accepts a request for a connection. Whatever comes of it, session_close is to be called. */
bool session_open(struct session *session, struct rdma_cm_id *id, struct memory *memory);

bool session_is_open(const struct session *session);

/* Does what a completion asks for. False if the session has to end: the client has left, or an error was reported. */
bool session_handle(struct session *session, const struct ibv_wc *completion);

bool session_close(struct session *session);

#endif
