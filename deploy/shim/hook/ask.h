/* Asking the agent for a decision, and the defaults if there is no answer. */

/* Did the agent's gate thread write its time in the last seconds? After a reboot an old time may lie in the future. */
static int is_agent_alive(int gates)
{
    char digits[21] = "";
    int fd = open_agent_file(gates, "alive", O_RDONLY, S_IFREG);
    if (fd < 0 || sys_read(fd, digits, 20) != 20 || strspn(digits, "0123456789") != 20)
        return 0;
    uint64_t then = strtoull(digits, NULL, 10), t = now(CLOCK_BOOTTIME);
    return then <= t && t - then <= ALIVE_LIFE;
}

/*
 * Connects through a descriptor of the socket, so that the examined file is the one that is used. If the listen
 * queue is full, connect() waits for SO_SNDTIMEO at most.
 */
static int connect_agent(int gates)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct out o = {to.sun_path, to.sun_path + sizeof to.sun_path - 1};
    struct timeval patience = {.tv_usec = SMALL_WAIT / 1000};
    struct ucred peer;
    socklen_t size = sizeof peer;
    struct stat st;
    int at = open_agent_file(gates, "gate.sock", O_PATH, S_IFSOCK), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (at < 0)
        return -1;
    append_all(&o, "/proc/self/fd/", NULL);
    append_number(&o, at, 1);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || fstat(gates, &st) != 0 || peer.uid != st.st_uid)
        return -1;
    return fd;
}

static enum ask_result read_answer(size_t n)
{
    static const char *const keys[] = {"exit", "cause", "rule", "reason", NULL};
    struct text v[5] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
    if (parse_record((struct text){big.answer, n}, "answer", keys, v) ||
        !(text_equals(v[0], "0") || text_equals(v[0], "1")) || !is_name(v[1]) ||
        !(v[2].n == 0 || is_name(v[2])) || v[3].n > REASON_MAX || v[4].n > JSON_MAX)
        return UNREADABLE;
    answer.fails = text_equals(v[0], "1");
    answer.cause = v[1];
    answer.rule = v[2];
    answer.reason = v[3];
    answer.json = v[4];
    return ANSWERED;
}

/* Sends the call and reads the answer to its end; reads as soon as there is something, so neither side blocks. */
static enum ask_result exchange(int fd)
{
    struct iovec parts[] = {big.call.parts[0], big.call.parts[1], big.call.parts[2]};
    struct pollfd peer = {.fd = fd, .events = POLLIN | POLLOUT};
    size_t n = 0;
    for (uint64_t t; (t = now(CLOCK_BOOTTIME)) < gate.until;) {
        if (poll(&peer, 1, (gate.until - t) / MS + 1) <= 0)
            continue;
        /* a writable socket accepts some bytes, or it is broken */
        if ((peer.revents & POLLOUT) && write_some(fd, parts) <= 0) {
            shutdown(fd, SHUT_WR);
            peer.events = POLLIN;
        }
        if (peer.revents & ~POLLOUT) {
            ssize_t got = sys_read(fd, big.answer + n, sizeof big.answer - n);
            if (got <= 0) /* ECONNRESET, too: the agent may answer before it has read all */
                return read_answer(n);
            if ((n += got) == sizeof big.answer)
                return UNREADABLE;
        }
    }
    return TIMEOUT;
}

/* Helper. */
static int ask_agent(struct record *r)
{
    (void)r;
    close_descriptors(); /* releases the recorder's slot, which this process inherited */
    uint64_t t = now(CLOCK_BOOTTIME), left = t < gate.until ? gate.until - t : 0;
    int place = acquire_helper_slot(big.call.boot + 1, left < SLOT_WAIT ? left : SLOT_WAIT);
    if (place == NO_SLOT)
        return ABSENT;
    int fd, gates = sys_openat(open_folder(data), "gates.d", FOLDER, 0);
    if (!is_agent_alive(gates) || (fd = connect_agent(gates)) < 0)
        return ABSENT;
    close(place); /* from here on it waits for no disk, and 200 hooks may ask at once */
    return exchange(fd);
}

static enum ask_result ask_inline(void)
{
    uint64_t t = now(CLOCK_BOOTTIME), until = gate.until + FIRST_WAIT;
    if (t >= until || !run_inline(&big.asker, ask_agent, NULL, until - t))
        return TIMEOUT;
    return (enum ask_result)big.asker.result;
}

/* Applies the rules' defaults for the case that there is no answer. */
static void apply_defaults(enum ask_result how, const char *reason)
{
    static const char *const causes[] = {"error", "", "timeout", "absent"};
    struct out o = {big.rules, big.rules + sizeof big.rules};
    verdict.cause = (struct text){causes[how], strlen(causes[how])};
    verdict.rule = gate.rules->name;
    verdict.reason = verdict.json = (struct text){"", 0};
    for (struct rule *rule = gate.rules; rule < gate.rules + gate.count; rule++) {
        int vetoes = rule->vetoes[how];
        if (rule > gate.rules)
            append_all(&o, ",", NULL);
        append(&o, rule->name.at, rule->name.n);
        append_all(&o, vetoes ? "=veto" : "=allow", NULL);
        if (vetoes && !verdict.fails) {
            verdict.fails = 1;
            verdict.rule = rule->name;
            verdict.reason = (struct text){reason, strlen(reason)};
        }
    }
    verdict.rules = (struct text){big.rules, o.at - big.rules};
}

/*
 * Waits for the answer. A helper asks, because the agent's folder may lie on a frozen disk. If the call is late, the
 * hook does not wait any longer: only an answer that has already come counts.
 */
static void decide(int late)
{
    static char silence[] = "no answer within 10000 ms";
    struct out o = {silence + sizeof "no answer within", silence + sizeof silence - 1};
    uint64_t ms = gate.wait / MS;
    enum ask_result how = UNREADABLE;
    if (gate.asks && await_helper(&big.asker, late ? 0 : gate.until + FIRST_WAIT))
        how = (enum ask_result)big.asker.result;
    else if (gate.asks || late)
        how = TIMEOUT;
    else /* no process could be created */
        how = ask_inline();
    if (late && how != ANSWERED)
        how = ABSENT;
    append_number(&o, ms % 1000 ? ms : ms / 1000, 1);
    append_all(&o, ms % 1000 ? " ms" : " s", NULL);
    *o.at = 0;
    if (how == ANSWERED)
        verdict = answer;
    else
        apply_defaults(how, late             ? "the mailbox's disk does not answer"
                            : how == TIMEOUT ? silence
                            : how == ABSENT  ? "hookbridge's agent is not running"
                                             : "hookbridge's agent gave no answer that can be read");
    if (is_destructive() && !text_equals(verdict.cause, "decided"))
        verdict.fails = 0;
    verdict.waited = now(CLOCK_BOOTTIME) - gate.began;
}

static void compose_outcome(struct record *r)
{
    struct out o = begin_record(r, big.outcome_head, sizeof big.outcome_head);
    append_field(&o, "call", big.call.id, 36);
    append_string_field(&o, "driver", call.driver);
    append_string_field(&o, "object", call.arg[0]);
    append_string_field(&o, "operation", call.arg[1]);
    if (call.arg[2])
        append_string_field(&o, "suboperation", call.arg[2]);
    append_number_field(&o, "exit", verdict.fails);
    append_field(&o, "cause", verdict.cause.at, verdict.cause.n);
    append_field(&o, "rule", verdict.rule.at, verdict.rule.n);
    append_field(&o, "reason", verdict.reason.at, verdict.reason.n);
    append_number_field(&o, "waited", verdict.waited);
    if (verdict.rules.n > 0)
        append_field(&o, "rules", verdict.rules.at, verdict.rules.n);
    finish_record(r, big.outcome_head, &o, verdict.json.at, verdict.json.n);
}
