/*
 * hookbridge-hook: libvirt runs it for every hook call. It writes the call as one synced file into the
 * agent's mailbox and exits 0. If a rule in the gates file matches, it first asks the agent, may exit 1, and
 * writes the outcome as a second file. docs/protocol.md describes the formats, the names and the file `lost`.
 *
 * The hook must never harm a guest: libvirt waits for it without a timeout, and kills guests when some hooks fail.
 * So nothing here blocks without a deadline. A frozen disk is the hard case: the kernel blocks a task that
 * accesses it, and no alarm, thread or SIGKILL ends that. Therefore a helper does all file access. A helper is
 * a process that shares only memory with the hook. If it does not end in time, the hook exits without it.
 *
 * The files below hook/ are compiled as one unit with this one, in the order of the #include lines: each may use
 * those above it. hook/shared.h lists who may write which variable.
 */
#include "hook/shared.h"
#include "hook/system.h"
#include "hook/text.h"
#include "hook/crc32c.h"
#include "hook/process.h"
#include "hook/safe_open.h"
#include "hook/loss_log.h"
#include "hook/helper_limit.h"
#include "hook/conf.h"
#include "hook/record.h"
#include "hook/call.h"
#include "hook/mailbox.h"
#include "hook/gates.h"
#include "hook/ask.h"
#include "hook/deliver.h"

static void report_no_file(void)
{
    static const char text[] =
        "hookbridge: the call is lost, a limit leaves no file to write (RLIMIT_NOFILE, RLIMIT_FSIZE)\n";
    write_stderr(text, sizeof text - 1);
}

static int must_be_durable(void)
{
    return data_is_mine && conf.fail_when_full && may_fail();
}

static _Noreturn void fail_hook(int err)
{
    char text[1024];
    struct out o = {text, text + sizeof text};
    append_all(&o, "hookbridge: the call could not be written to ", data.path, data.rest,
        err == ENOSPC ? " (too little space left): free some"
        : err == ENOENT ? " (no such folder): run hookbridge's layout.sh"
        : err == EROFS ? " (read-only): make it writable"
                       : " (its errno is in hookbridge's file lost): repair that",
        ", or set when-full: pass in shim.conf\n", NULL);
    exit_hook(1, text, o.at - text);
}

static _Noreturn void exit_vetoed(void)
{
    char text[1024];
    struct out o = {text, text + sizeof text - 1};
    append_all(&o, "vetoed", verdict.rule.n > 0 ? " by " : "", NULL);
    append(&o, verdict.rule.at, verdict.rule.n);
    append_all(&o, ": ", NULL);
    append(&o, verdict.reason.at, verdict.reason.n);
    append_all(&o, "\n", NULL);
    exit_hook(1, text, o.at - text);
}

static int try_stdout(struct record *r)
{
    return write(1, "", 1) < 0 && r == &big.outcome ? 42 : 1;
}

/* Checks what would fail in a truncated or wrongly built copy. */
static _Noreturn void self_test(void)
{
    static const char good[] = "hookbridge-hook " VERSION ": ok\n";
    static const char rule[] = "a-1\tqemu\tstart\t*\tweb-?%2A\tweb-2%2A\t2000\tallow\tallow\tveto\t-";
    static char bad[] = "hookbridge-hook: self-test failed\n";
    int ok = crc32c(0, "123456789", 9) == 0xe3069283;
    ok = ok && equals(driver_of("/etc/libvirt/hooks/qemu.d/50-hookbridge"), "qemu");
    start_helper(&big.asker, try_stdout, &big.outcome);
    ok = ok && await_helper(&big.asker, now(CLOCK_BOOTTIME) + WRITE_WAIT) && big.asker.result == 42;
    call.driver = "qemu";
    call.arg[0] = "web-1*";
    call.arg[1] = "start";
    struct text line = {rule, sizeof rule - 1};
    ok = ok && read_rule(line, gate.rules) == 1 && gate.rules->wait == 2000 * MS && gate.rules->vetoes[ABSENT];
    exit_hook(!ok || write(1, good, sizeof good - 1) < 0, bad, sizeof bad - 1);
}

int main(int argc, char **argv)
{
    int err;
    install_signal_handlers();
    me = geteuid();
    raise_limit(RLIMIT_NOFILE, FILES);
    raise_limit(RLIMIT_FSIZE, RLIM_INFINITY);
    if (argc == 2 && equals(argv[1], "--self-test"))
        self_test();
    if (argc == 2 && equals(argv[1], "--version"))
        exit_hook(write(1, VERSION "\n", sizeof VERSION) < 0, NULL, 0);
    note_call(argc, argv);
    read_stdin();
    find_folders();
    err = deliver(&big.call, record_call, 0);
    if ((err == EMFILE || err == EFBIG) && !reported) /* nothing else could be written */
        report_no_file();
    if (err > 0 && must_be_durable())
        fail_hook(err);
    if (__atomic_load_n(&gate.count, __ATOMIC_ACQUIRE) > 0) {
        decide(err == LATE);
        identify_record(&big.outcome, "outcome");
        deliver(&big.outcome, record_outcome, err == LATE);
    }
    if (verdict.fails)
        exit_vetoed();
    exit_hook(0, NULL, 0);
}
