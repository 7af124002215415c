/* Signals, limits, time, exit and helpers: how the hook keeps its deadlines. */

static void exit_zero(int sig)
{
    (void)sig;
    _exit(0);
}

/*
 * For libvirt a hook that a signal ended has failed. All signals are blocked while the hook runs (with SIGPIPE and
 * SIGXFSZ blocked, the system call fails with an errno). The exceptions are the signals of our own faults: the kernel
 * kills the process if they are blocked, so their handler exits 0. There is no core dump: it would contain secrets
 * of guests.
 */
static void install_signal_handlers(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    struct sigaction act = {.sa_handler = exit_zero};
    uint64_t blocked = ~0ULL;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        sigaction(faults[i], &act, NULL);
        blocked &= ~(1ULL << (faults[i] - 1));
    }
    act.sa_handler = SIG_IGN; /* the kernel reaps the helpers */
    sigaction(SIGCHLD, &act, NULL);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, NULL, sizeof blocked);
    prctl(PR_SET_DUMPABLE, 0);
}

/* libvirtd's limits must not lose a call. Only root may raise a hard limit. */
static void raise_limit(int which, rlim_t least)
{
    struct rlimit is;
    if (getrlimit(which, &is) != 0 || is.rlim_cur >= least)
        return;
    struct rlimit raised = {least, is.rlim_max > least ? is.rlim_max : least}, soft = {is.rlim_max, is.rlim_max};
    if (setrlimit(which, &raised) != 0)
        setrlimit(which, &soft);
}

static uint64_t now(clockid_t clock)
{
    struct timespec t = {0};
    syscall(SYS_clock_gettime, clock, &t); /* finding the vDSO costs more than it saves */
    return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Never blocks on a full pipe. With RLIMIT_NOFILE 0 poll() fails; then O_NONBLOCK is set. */
static void write_stderr(const char *text, size_t n)
{
    struct pollfd err = {.fd = 2, .events = POLLOUT};
    int ready = poll(&err, 1, 100);
    if (ready < 0 && fcntl(2, F_SETFL, O_NONBLOCK) == 0)
        err.revents = POLLOUT;
    if (ready != 0 && err.revents == POLLOUT)
        (void)!write(2, text, n);
}

/*
 * The only exit of the hook. libvirt kills a running guest if `reconnect` fails, so that operation always exits 0.
 * libvirt passes the text on to its client: it is truncated and made printable.
 */
static _Noreturn void exit_hook(int status, char *text, size_t n)
{
    if (status == 0 || equals(call.arg[1], "reconnect"))
        _exit(0);
    if (n > 1024)
        n = 1024;
    for (size_t i = 0, bytes; i + 1 < n; i += bytes ? bytes : 1)
        if (!(bytes = printable_length(text + i, n - 1 - i)))
            text[i] = '?';
    if (n > 0)
        text[n - 1] = '\n';
    write_stderr(text, n);
    _exit(1);
}

/* libvirt waits until stdout and stderr are closed, so a helper, which may get stuck, closes them first. */
static int helper_main(void *helper)
{
    struct helper *h = helper;
    if (syscall(SYS_close_range, 0, ~0U, 0) != 0)
        for (int fd = 0; fd < 3; fd++)
            close(fd);
    umask(0);
    h->result = h->work(h->about);
    return 0;
}

/*
 * Starts a helper: a process with its own file descriptors and our memory. The kernel clears `tid` when the helper
 * ends, for whatever reason. With CLONE_PARENT a helper's helper is the hook's child, too. The helpers share errno:
 * see system.h.
 */
static int start_helper_with(int flags, struct helper *h, int (*work)(struct record *), struct record *about)
{
    flags |= CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
    h->work = work;
    h->about = about;
    return clone(helper_main, h->stack + sizeof h->stack, flags, h, &h->tid, NULL, &h->tid) > 0;
}

static int start_helper(struct helper *h, int (*work)(struct record *), struct record *about)
{
    return start_helper_with(0, h, work, about);
}

static int await_helper(struct helper *h, uint64_t until)
{
    int tid;
    while ((tid = __atomic_load_n(&h->tid, __ATOMIC_ACQUIRE))) {
        uint64_t t = now(CLOCK_BOOTTIME);
        if (t >= until)
            return 0;
        struct timespec left = {(until - t) / 1000000000, (until - t) % 1000000000};
        syscall(SYS_futex, &h->tid, FUTEX_WAIT, tid, &left, NULL, 0);
    }
    return 1;
}

static sigjmp_buf given_up;

static void on_alarm(int sig)
{
    (void)sig;
    siglongjmp(given_up, 1);
}

/*
 * Does a helper's work in the hook itself, when no process can be created. Returns 0 if the deadline ended it. A
 * frozen disk could block it longer.
 */
static int run_inline(struct helper *h, int (*work)(struct record *), struct record *about, uint64_t wait)
{
    struct itimerval timer = {.it_value = {wait / 1000000000, wait % 1000000000 / 1000}}, none = {0};
    struct sigaction act = {.sa_handler = on_alarm};
    uint64_t alarms = 1ULL << (SIGALRM - 1);
    volatile int done = 0;
    first_own_fd = 3;
    umask(0);
    if (sigsetjmp(given_up, 1) == 0) {
        sigaction(SIGALRM, &act, NULL);
        syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &alarms, NULL, sizeof alarms);
        setitimer(ITIMER_REAL, &timer, NULL);
        h->result = work(about);
        done = 1;
    }
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &alarms, NULL, sizeof alarms);
    setitimer(ITIMER_REAL, &none, NULL);
    act.sa_handler = SIG_IGN; /* discards a pending alarm */
    sigaction(SIGALRM, &act, NULL);
    return done;
}
