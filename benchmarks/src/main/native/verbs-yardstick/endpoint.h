/* One end of a connection: the connection manager's id, and the verbs objects that belong to it alone. */
#ifndef YARDSTICK_ENDPOINT_H
#define YARDSTICK_ENDPOINT_H

#include <netinet/in.h>
#include <rdma/rdma_cma.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct endpoint {
    struct rdma_cm_id *id;
    struct ibv_pd *domain;
    struct ibv_comp_channel *channel;
    struct ibv_cq *queue;
    struct ibv_mr *region;   /* the server's memory; NULL at the client */
    struct ibv_mr *messages; /* this end's own buffers */
};

enum { SEND_REQUESTS = 64, RECEIVE_REQUESTS = 16 };

/* Makes the verbs objects for an id that has a device. Whatever comes of it, endpoint_close is to be called. */
bool endpoint_open(struct endpoint *endpoint, struct rdma_cm_id *id);

/* Memory of this connection's protection domain; NULL with the reason reported. */
struct ibv_mr *endpoint_register(struct endpoint *endpoint, void *bytes, size_t length_bytes, int access);

/* What to connect or accept with: as many READs under way as the device can, and the connection manager's retries. */
bool endpoint_parameters(const struct endpoint *endpoint, struct rdma_conn_param *parameters);

/* Posts a list of requests to send. */
bool endpoint_send(struct endpoint *endpoint, struct ibv_send_wr *first);

/* Posts a request to receive one message there; they are in the messages' memory. */
bool endpoint_receive(struct endpoint *endpoint, void *bytes, size_t length_bytes, uint64_t number);

/* Ends the connection and destroys everything that is there, the id as well. False if something could not be. */
bool endpoint_close(struct endpoint *endpoint);

#endif
