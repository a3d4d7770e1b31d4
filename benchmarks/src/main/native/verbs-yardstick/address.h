/* Names of hosts. */
#ifndef YARDSTICK_ADDRESS_H
#define YARDSTICK_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* The first address of a host, with the port. */
bool address_resolve(const char *host, const char *port, struct sockaddr_storage *address);

#endif
