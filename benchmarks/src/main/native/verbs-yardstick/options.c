#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "wire.h"

enum {
    DEFAULT_POLL_MICROS = 50,
    MAX_POLL_MICROS = 1000000,
    DEFAULT_TIMEOUT_MILLIS = 5000,
    MAX_TIMEOUT_MILLIS = 600000
};

static const int64_t NANOS_PER_MICRO = 1000;

static const char USAGE[] =
    "usage: verbs-yardstick serve HOST PORT [OPTION]...\n"
    "       verbs-yardstick HOST PORT BYTES OPERATIONS [OPTION]...\n"
    "\n"
    "Measures what RDMA operations take between two processes, without anything above verbs. The server listens on\n"
    "an RDMA device's address, port 0 for any free one, and prints 'listening on HOST:PORT'. It serves one client\n"
    "after the other until it gets SIGTERM or SIGINT. The client prints one line of JSON for each kind of operation.\n"
    "\n"
    "  --kind KIND           measure this kind alone: visible, a WRITE and a READ of its last 8 bytes; persistent, a\n"
    "                        WRITE and a SEND that the server answers; or read. May be repeated; all if left out\n"
    "  --poll-micros N       poll for a completion so long, then wait for an event, 0 to 1000000              (50)\n"
    "  --poll                poll without end\n"
    "  --events              do not poll: --poll-micros 0\n"
    "  --timeout-millis N    end with an error if a connection or an operation takes longer, 1 to 600000      (5000)\n"
    "  --file PATH           server: have the memory in a file, made there and gone with the server, and write the\n"
    "                        pages through before each answer\n"
    "  --until-end-of-input  server: also end with the standard input\n"
    "  --help                this text\n";

enum option_code { KIND = 1, POLL_MICROS, POLL, EVENTS, TIMEOUT_MILLIS, PATH, UNTIL_END_OF_INPUT, HELP };

static const struct option OPTIONS[] = {
    {"kind", required_argument, NULL, KIND},
    {"poll-micros", required_argument, NULL, POLL_MICROS},
    {"poll", no_argument, NULL, POLL},
    {"events", no_argument, NULL, EVENTS},
    {"timeout-millis", required_argument, NULL, TIMEOUT_MILLIS},
    {"file", required_argument, NULL, PATH},
    {"until-end-of-input", no_argument, NULL, UNTIL_END_OF_INPUT},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

const char *kind_name(enum kind kind)
{
    static const char *const NAMES[KINDS] = {"visible", "persistent", "read"};
    return NAMES[kind];
}

static bool parse_number(const char *what, const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || value < least || value > most) {
        return report(0, "%s is %" PRIu64 " to %" PRIu64 ", not '%s'", what, least, most, text);
    }
    *number = value;
    return true;
}

static bool parse_kind(struct options *options, const char *text)
{
    for (int kind = 0; kind < KINDS; kind++) {
        if (strcmp(text, kind_name((enum kind)kind)) == 0) {
            return options->kinds[kind] = true;
        }
    }
    return report(0, "--kind is visible, persistent or read, not '%s'", text);
}

static bool parse_option(struct options *options, enum option_code code, const char *value)
{
    uint64_t number = 0;
    switch (code) {
    case KIND:
        return parse_kind(options, value);
    case POLL_MICROS:
        if (!parse_number("--poll-micros", value, 0, MAX_POLL_MICROS, &number)) {
            return false;
        }
        options->poll_nanos = (int64_t)number * NANOS_PER_MICRO;
        return true;
    case POLL:
        options->poll_nanos = INT64_MAX;
        return true;
    case EVENTS:
        options->poll_nanos = 0;
        return true;
    case TIMEOUT_MILLIS:
        if (!parse_number("--timeout-millis", value, 1, MAX_TIMEOUT_MILLIS, &number)) {
            return false;
        }
        options->timeout_millis = (int)number;
        return true;
    case PATH:
        options->file = value;
        return true;
    case UNTIL_END_OF_INPUT:
        options->until_end_of_input = true;
        return true;
    case HELP:
        fputs(USAGE, stdout);
        exit(EXIT_SUCCESS);
    }
    fputs(USAGE, stderr); /* getopt has said what is wrong */
    return false;
}

static bool parse_client(struct options *options, char **words)
{
    uint64_t length;
    uint64_t operations;
    if (!parse_number("BYTES", words[2], READ_BACK_BYTES, MAX_LENGTH_BYTES, &length) ||
        !parse_number("OPERATIONS", words[3], 1, MAX_OPERATIONS, &operations)) {
        return false;
    }
    options->length_bytes = (uint32_t)length;
    options->operations = (uint32_t)operations;
    if (options->file != NULL || options->until_end_of_input) {
        return report(0, "--file and --until-end-of-input are the server's");
    }
    bool chosen = false;
    for (int kind = 0; kind < KINDS; kind++) {
        chosen |= options->kinds[kind];
    }
    for (int kind = 0; kind < KINDS && !chosen; kind++) {
        options->kinds[kind] = true;
    }
    return true;
}

bool options_parse(struct options *options, int count, char **words)
{
    *options = (struct options){
        .poll_nanos = DEFAULT_POLL_MICROS * NANOS_PER_MICRO,
        .timeout_millis = DEFAULT_TIMEOUT_MILLIS,
    };
    int ways_to_wait = 0;
    int code;
    while ((code = getopt_long(count, words, "", OPTIONS, NULL)) != -1) {
        if (!parse_option(options, (enum option_code)code, optarg)) {
            return false;
        }
        ways_to_wait += code == POLL_MICROS || code == POLL || code == EVENTS;
    }
    if (ways_to_wait > 1) {
        return report(0, "--poll, --events and --poll-micros: choose one");
    }
    words += optind;
    count -= optind;
    options->serve = count > 0 && strcmp(words[0], "serve") == 0;
    if (options->serve) {
        words++;
        count--;
    }
    if (count != (options->serve ? 2 : 4)) {
        fputs(USAGE, stderr);
        return false;
    }
    uint64_t port;
    if (!parse_number("PORT", words[1], options->serve ? 0 : 1, UINT16_MAX, &port)) {
        return false;
    }
    options->host = words[0];
    options->port = words[1];
    return options->serve || parse_client(options, words);
}
