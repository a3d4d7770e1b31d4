#include "address.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "report.h"

bool address_resolve(const char *host, const char *port, struct sockaddr_storage *address)
{
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found;
    int error = getaddrinfo(host, port, &wanted, &found);
    if (error != 0) {
        return error == EAI_SYSTEM ? report(errno, "getaddrinfo %s", host)
                                   : report(0, "getaddrinfo %s: %s", host, gai_strerror(error));
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}
