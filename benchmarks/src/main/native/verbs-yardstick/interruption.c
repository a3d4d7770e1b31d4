#include "interruption.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

#include "report.h"
#include "waiting.h"

enum { NANOS_PER_MICRO = 1000, MICROS_PER_SECOND = 1000000, REPEAT_MICROS = 100000 };

/* Its call ends the wait. */
static void do_nothing(int number)
{
    (void)number;
}

bool interruption_begin(int64_t deadline)
{
    struct sigaction action = {.sa_handler = do_nothing}; /* no SA_RESTART */
    if (sigaction(SIGALRM, &action, NULL) != 0) {
        return report(errno, "sigaction of SIGALRM");
    }
    int64_t micros = (deadline - now_nanos()) / NANOS_PER_MICRO;
    micros = micros < 1 ? 1 : micros;
    struct itimerval timer = {
        .it_value = {.tv_sec = micros / MICROS_PER_SECOND, .tv_usec = micros % MICROS_PER_SECOND},
        /* One that comes just before the wait begins is lost. */
        .it_interval = {.tv_usec = REPEAT_MICROS},
    };
    return setitimer(ITIMER_REAL, &timer, NULL) == 0 || report(errno, "setitimer");
}

bool interruption_end(void)
{
    struct itimerval none = {.it_value = {.tv_sec = 0}};
    return setitimer(ITIMER_REAL, &none, NULL) == 0 || report(errno, "setitimer");
}
