/* The limit for helpers that access a disk. */

enum { NO_SLOT = -1, NO_LIMIT = -2 };

/*
 * A helper that a frozen disk blocks stays, and counts against libvirtd's TasksMax. So a helper that accesses a disk
 * holds one of a few slots of the host, until it ends or closes the returned descriptor. A helper that gets no slot in
 * time (NO_SLOT) does not access the disk. NO_LIMIT: there are no slots here, because /run/hookbridge is not usable.
 */
static int acquire_helper_slot(uint64_t any, uint64_t wait)
{
    struct flock place = {.l_type = F_WRLCK, .l_len = 1};
    struct timespec pause = {0, 2 * MS};
    struct stat st;
    uint64_t until = 0;
    int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, at = open_run_folder();
    int fd = sys_openat(at, "helpers", flags, 0);
    if (fd == -ENOENT && at >= 0)
        fd = sys_openat(at, "helpers", flags | O_CREAT, 0600);
    /* Any process that can read the file can lock it. */
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !is_trusted(&st) || st.st_mode & 077)
        return NO_LIMIT;
    for (int tries = 0;; tries++) {
        for (uint64_t i = any; i < any + HELPER_SLOTS; i++) {
            place.l_start = i % HELPER_SLOTS;
            if (fcntl(fd, F_OFD_SETLK, &place) == 0)
                return fd;
        }
        if (tries == 0)
            until = now(CLOCK_BOOTTIME) + (check_stamp(at, "late", LOOK) ? FIRST_WAIT / 2 : wait);
        if (now(CLOCK_BOOTTIME) >= until)
            return NO_SLOT;
        nanosleep(&pause, NULL);
    }
}
