/*
 * Expand recurrence rules with libical.
 *
 * Each line of input is a rule, "2026-11-01 2027-12-31 FREQ=DAILY": the first
 * date, the date up to which its dates are wanted (inclusive), the rule. Each
 * line of output is its dates, or "error: " and why there are none.
 */
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libical/ical.h>

/* How many microseconds of processor time a rule may take. */
enum { PATIENCE = 500000 };

/*
 * A date is noon UTC of that date: from a DTSTART that is a DATE, libical
 * 3.0.16 counts some periods a day too short.
 */
static struct icaltimetype noon(const char *date)
{
    struct icaltimetype t = icaltime_null_time();

    sscanf(date, "%d-%d-%d", &t.year, &t.month, &t.day);
    t.hour = 12;
    t.zone = icaltimezone_get_utc_timezone();
    return t;
}

static void expand(const char *start, const char *through, const char *rule)
{
    struct icaltimetype last = noon(through), at;
    struct icalrecurrencetype recur = icalrecurrencetype_from_string(rule);
    icalrecur_iterator *dates;
    const char *space = "";

    if (recur.freq == ICAL_NO_RECURRENCE) {
        printf("error: not a rule\n");
        return;
    }
    icalerror_clear_errno();
    if (recur.until.is_date) {
        recur.until.is_date = 0;
        recur.until.hour = 12;
        recur.until.zone = last.zone;
    }
    dates = icalrecur_iterator_new(recur, noon(start));
    if (!dates && icalerrno == ICAL_MALFORMEDDATA_ERROR) {
        printf("\n"); /* a rule that has no dates */
        return;
    }
    if (!dates) {
        printf("error: %s\n", icalerror_strerror(icalerrno));
        return;
    }
    for (at = icalrecur_iterator_next(dates);
         !icaltime_is_null_time(at) && icaltime_compare(at, last) <= 0;
         at = icalrecur_iterator_next(dates)) {
        printf("%s%04d-%02d-%02d", space, at.year, at.month, at.day);
        space = " ";
    }
    printf("\n");
    icalrecur_iterator_free(dates);
}

/*
 * Each rule has a child process of its own, because libical may loop forever or
 * crash over it.
 */
static void expand_in_child(const char *start, const char *through, const char *rule)
{
    const struct itimerval patience = {.it_value = {.tv_usec = PATIENCE}};
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        setitimer(ITIMER_PROF, &patience, NULL); /* SIGPROF ends it */
        expand(start, through, rule);
        fflush(stdout);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        printf("error: no process for the rule\n");
    else if (WIFSIGNALED(status))
        printf("error: ended by signal %d\n", WTERMSIG(status));
}

int main(void)
{
    char line[1024], start[16], through[16], rule[1000];

    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "%15s %15s %999s", start, through, rule) == 3)
            expand_in_child(start, through, rule);
        else
            printf("error: not a line of this program\n");
    }
    return 0;
}
