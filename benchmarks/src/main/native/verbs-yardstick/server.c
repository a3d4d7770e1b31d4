#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "address.h"
#include "connection_event.h"
#include "memory.h"
#include "report.h"
#include "session.h"
#include "waiting.h"

enum {
    BACKLOG = 8,
    COMPLETIONS_AT_ONCE = 16,
    /* A client that leaves no pause must not keep the server from being told to end. */
    ROUNDS_PER_LOOK = 256
};

struct server {
    const struct options *options;
    struct rdma_event_channel *events;
    struct rdma_cm_id *listener;
    int signals;
    struct memory memory;
    struct waiter waiter;
    struct session session;
    int64_t establish_deadline;
    bool told_to_end;
};

static bool open_signals(struct server *server)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return report(errno, "sigprocmask");
    }
    server->signals = signalfd(-1, &set, SFD_CLOEXEC);
    return server->signals >= 0 || report(errno, "signalfd");
}

static bool open_listener(struct server *server)
{
    const struct options *options = server->options;
    struct sockaddr_storage address;
    if (!address_resolve(options->host, options->port, &address)) {
        return false;
    }
    if (rdma_create_id(server->events, &server->listener, NULL, RDMA_PS_TCP) != 0) {
        return report(errno, "rdma_create_id");
    }
    if (rdma_bind_addr(server->listener, (struct sockaddr *)&address) != 0) {
        return report(errno, "rdma_bind_addr %s port %s", options->host, options->port);
    }
    if (rdma_listen(server->listener, BACKLOG) != 0) {
        return report(errno, "rdma_listen %s port %s", options->host, options->port);
    }
    printf("listening on %s:%u\n", options->host, (unsigned)ntohs(rdma_get_src_port(server->listener)));
    return fflush(stdout) == 0 || report(errno, "write to the standard output");
}

static bool open_server(struct server *server)
{
    waiter_open(&server->waiter, server->options->poll_nanos);
    if (!open_signals(server) || (server->events = connection_events_open()) == NULL ||
        !memory_open(&server->memory, server->options->file)) {
        return false;
    }
    server->waiter.descriptors[AT_CONNECTION].fd = server->events->fd;
    server->waiter.descriptors[AT_SIGNAL].fd = server->signals;
    server->waiter.descriptors[AT_INPUT].fd = server->options->until_end_of_input ? STDIN_FILENO : -1;
    return open_listener(server);
}

static bool end_session(struct server *server)
{
    waiter_follow(&server->waiter, NULL);
    return session_close(&server->session);
}

/* Takes the client on; one that cannot be is told so, and the server goes on. */
static bool begin_session(struct server *server, struct rdma_cm_id *id)
{
    if (!session_open(&server->session, id, &server->memory)) {
        rdma_reject(id, NULL, 0); /* in vain where it had been accepted already */
        return end_session(server);
    }
    server->establish_deadline = deadline_in(server->options->timeout_millis);
    waiter_follow(&server->waiter, server->session.endpoint.channel);
    return true;
}

static bool refuse(struct rdma_cm_id *id)
{
    if (rdma_reject(id, NULL, 0) != 0) {
        report(errno, "rdma_reject");
    }
    return rdma_destroy_id(id) == 0 || report(errno, "rdma_destroy_id");
}

/* What has happened to the listener or the session's connection; ids that are gone do not count. */
static bool handle_change(struct server *server, const struct rdma_cm_id *id, enum rdma_cm_event_type type)
{
    if (id == server->listener) {
        return report(0, "%s: cannot listen any more", rdma_event_str(type));
    }
    if (id != server->session.endpoint.id) {
        return true;
    }
    if (type == RDMA_CM_EVENT_ESTABLISHED) {
        server->session.established = true;
        return true;
    }
    if (type != RDMA_CM_EVENT_DISCONNECTED) {
        report(0, "%s: ended the connection", rdma_event_str(type));
    }
    return end_session(server);
}

static bool handle_event(struct server *server)
{
    struct rdma_cm_event *event;
    int taken = connection_event_take(server->events, &event);
    if (taken <= 0) {
        return taken == 0;
    }
    enum rdma_cm_event_type type = event->event;
    struct rdma_cm_id *id = event->id;
    /* Not acknowledged, it would keep its id from being destroyed. */
    if (rdma_ack_cm_event(event) != 0) {
        return report(errno, "rdma_ack_cm_event");
    }
    if (type == RDMA_CM_EVENT_CONNECT_REQUEST) {
        return session_is_open(&server->session) ? refuse(id) : begin_session(server, id);
    }
    return handle_change(server, id, type);
}

static bool handle_completions(struct server *server, int count, const struct ibv_wc *completions)
{
    for (int i = 0; i < count; i++) {
        if (!session_handle(&server->session, &completions[i])) {
            return end_session(server);
        }
    }
    return true;
}

/* The standard input's bytes mean nothing, its end does. */
static bool handle_input(struct server *server)
{
    char ignored[512];
    ssize_t count = read(STDIN_FILENO, ignored, sizeof ignored);
    if (count < 0 && errno != EINTR) {
        return report(errno, "read of the standard input");
    }
    server->told_to_end |= count == 0;
    return true;
}

static bool handle_rest(struct server *server)
{
    if (waiter_is_ready(&server->waiter, AT_SIGNAL)) {
        server->told_to_end = true;
    }
    if (waiter_is_ready(&server->waiter, AT_INPUT) && !handle_input(server)) {
        return false;
    }
    return !waiter_is_ready(&server->waiter, AT_CONNECTION) || handle_event(server);
}

static bool serve_client(struct server *server)
{
    struct ibv_wc completions[COMPLETIONS_AT_ONCE];
    struct session *session = &server->session;
    for (int round = 0; round < ROUNDS_PER_LOOK && session_is_open(session); round++) {
        int64_t deadline = session->established ? NO_DEADLINE : server->establish_deadline;
        int count =
            await_completions(&server->waiter, session->endpoint.queue, COMPLETIONS_AT_ONCE, completions, deadline);
        if (count < 0) {
            return false;
        }
        if (count == 0) {
            return true;
        }
        if (!handle_completions(server, count, completions)) {
            return false;
        }
    }
    return waiter_look(&server->waiter) || report(errno, "poll");
}

static bool serve_until_told(struct server *server)
{
    while (!server->told_to_end) {
        if (!session_is_open(&server->session)) {
            if (await_descriptors(&server->waiter, NO_DEADLINE) < 0) {
                return false;
            }
        } else if (!serve_client(server)) {
            return false;
        }
        if (!handle_rest(server)) {
            return false;
        }
        if (session_is_open(&server->session) && !server->session.established &&
            now_nanos() >= server->establish_deadline) {
            report(ETIMEDOUT, "a connection was not established; ended it");
            if (!end_session(server)) {
                return false;
            }
        }
    }
    return true;
}

static bool close_server(struct server *server)
{
    bool closed = session_close(&server->session);
    if (server->listener != NULL && rdma_destroy_id(server->listener) != 0) {
        closed = report(errno, "rdma_destroy_id");
    }
    if (server->events != NULL) {
        rdma_destroy_event_channel(server->events);
    }
    closed &= memory_close(&server->memory);
    if (server->signals >= 0 && close(server->signals) != 0) {
        closed = report(errno, "close of the signals");
    }
    return closed;
}

bool serve(const struct options *options)
{
    /* Too large for the stack: the messages are in it, and registered. */
    static struct server server;
    server.options = options;
    server.signals = -1;
    bool served = open_server(&server) && serve_until_told(&server);
    return close_server(&server) && served;
}
