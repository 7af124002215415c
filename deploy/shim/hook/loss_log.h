/* Reports in /run/hookbridge: the file `lost`, the stamps that limit rates, and a line to syslog. */

/* Tries for 20 ms only: any process that can read the file may hold the lock for ever. */
static int try_lock(int fd)
{
    struct timespec pause = {0, 1 * MS};
    for (int tries = 20; tries > 0; tries--) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 1;
        nanosleep(&pause, NULL);
    }
    return 0;
}

enum stamp_mode { LOOK, RENEW, CLAIM };

enum { CANNOT_TELL = 2 };

/* Does <run>/name hold a time of the last minute? RENEW writes the time, CLAIM only if the answer is no. */
static int check_stamp(int folder, const char *name, enum stamp_mode how)
{
    char digits[21] = "";
    int fd = folder < 0 ? -1 : open_trusted_file(folder, name, how == LOOK ? O_RDONLY : O_RDWR | O_CREAT);
    if (fd < 0 || (how != LOOK && !try_lock(fd)) || pread(fd, digits, 20, 0) < 0)
        return how == CLAIM ? CANNOT_TELL : 0;
    uint64_t then = strtoull(digits, NULL, 10), t = now(CLOCK_BOOTTIME);
    int recent = then != 0 && then <= t && t - then < STAMP_LIFE;
    if (how == RENEW || (how == CLAIM && !recent)) {
        struct out o = {digits, digits + 20};
        append_number(&o, t, 20);
        (void)!pwrite(fd, digits, 20, 0);
    }
    return recent;
}

/* At most one datagram a minute. syslog() is not used: it blocks if the journal does. */
static void send_to_syslog(int folder, struct record *r, const char *what, int err)
{
    char text[512];
    struct out o = {text, text + sizeof text};
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int said = check_stamp(folder, "log", CLAIM);
    if (said && !(said == CANNOT_TELL && err == EMFILE)) /* no line without a rate limit */
        return;
    append_all(&o, "<27>hookbridge-hook: ", r->kind, " ", r->id, ": ", what, ", errno ", NULL);
    append_number(&o, err, 1);
    close_descriptors();
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    reported |= sendto(fd, text, o.at - text, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to) > 0;
}

/* Increments the count in the last line of a full `lost`, or appends that line. */
static void count_overflow(int fd, off_t size)
{
    char last[27] = "";
    int counted = pread(fd, last, 26, size - 26) == 26 && !memcmp(last, "more ", 5) && last[25] == '\n';
    struct out o = {last + 5, last + 25};
    append_number(&o, counted ? strtoull(last + 5, NULL, 10) + 1 : 1, 20);
    memcpy(last, "more ", 5);
    last[25] = '\n';
    fcntl(fd, F_SETFL, 0); /* with O_APPEND pwrite appends */
    (void)!pwrite(fd, last, 26, counted ? size - 26 : size);
}

/* Reports a file that the agent will not find (`lost`), or not yet (`late`). */
static void append_loss(int folder, struct record *r, const char *word, int err)
{
    char line[512];
    struct out o = {line, line + sizeof line};
    struct stat st;
    int fd = folder < 0 ? -1 : open_trusted_file(folder, "lost", O_RDWR | O_CREAT | O_APPEND);
    if (fd < 0)
        return;
    append_all(&o, word, " ", r->id, " ", NULL);
    append_number(&o, r->wall, 1);
    append_all(&o, " ", call.driver, " ", NULL);
    append_percent_encoded(&o, call.arg[1], 64);
    append_all(&o, " ", NULL);
    append_percent_encoded(&o, call.arg[0], 255);
    append_all(&o, " ", NULL);
    append_number(&o, err, 1);
    append_all(&o, "\n", NULL);
    int locked = try_lock(fd);
    if (fstat(fd, &st) != 0)
        return;
    if (st.st_size <= LOST_MAX - 512) {
        ssize_t n = write(fd, line, o.at - line);
        reported |= n == o.at - line;
        if (n > 0 && n < o.at - line && locked) /* RLIMIT_FSIZE: remove the incomplete line */
            (void)!ftruncate(fd, st.st_size);
    } else if (locked)
        count_overflow(fd, st.st_size);
    close(fd);
}
