/*
 * The yardstick for the verbs transport: the same work requests in plain C, so that what Java adds can be told from
 * what device and kernel take. See options.c for how it is called.
 */
#include "client.h"
#include "measurement.h"
#include "options.h"
#include "server.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static bool measure_all(const struct options *options)
{
    struct client client;
    bool measured = client_open(&client, options);
    for (int kind = 0; kind < KINDS && measured; kind++) {
        measured = !options->kinds[kind] || measure(&client, (enum kind)kind);
    }
    return client_close(&client) && measured;
}

int main(int count, char **words)
{
    struct options options;
    if (!options_parse(&options, count, words)) {
        return EXIT_USAGE;
    }
    return (options.serve ? serve(&options) : measure_all(&options)) ? EXIT_DONE : EXIT_FAILED;
}
