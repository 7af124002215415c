/*
 * Opening files and folders that another user may have replaced. All functions that open something return a
 * descriptor or -errno, and all accept such an error in place of a folder.
 */

#define FOLDER (O_PATH | O_DIRECTORY | O_NOFOLLOW)

static int descend_in_steps(int fd, const char *path)
{
    char part[NAME_MAX + 1];
    while (fd >= 0 && *(path += strspn(path, "/"))) {
        size_t n = strcspn(path, "/");
        if (n > NAME_MAX)
            return -ENAMETOOLONG;
        memcpy(part, path, n);
        part[n] = 0;
        fd = sys_openat(fd, part, FOLDER, 0);
        path += n;
    }
    return fd;
}

/* One system call, if the kernel has it (Linux 5.6) and no sandbox forbids it; else step by step, for the error. */
static int descend(int fd, const char *path)
{
    struct {
        uint64_t flags, mode, resolve;
    } how = {FOLDER, 0, 4}; /* RESOLVE_NO_SYMLINKS; linux/openat2.h is not there for musl */
    path += strspn(path, "/");
    if (fd < 0 || !*path)
        return fd;
    int at = system_call(SYS_openat2, fd, (long)path, (long)&how, sizeof how, 0);
    return at < 0 ? descend_in_steps(fd, path) : at;
}

/* Opens an absolute path; fails at a symbolic link anywhere in it. Does not close descriptors: the helper ends soon. */
static int open_folder(struct folder f)
{
    if (!f.path || *f.path != '/')
        return -ENOENT;
    int root = system_call(SYS_openat, AT_FDCWD, (long)"/", O_PATH | O_DIRECTORY, 0, 0);
    return descend(descend(root, f.path), f.rest);
}

/*
 * Trusted means: root or the caller owns it, and nobody else may write to it. In a trial folder of a user who is
 * not root, the group may write: many systems give each user a group of his own and the umask 002.
 */
static int is_trusted(const struct stat *st)
{
    mode_t others = me == 0 || S_ISREG(st->st_mode) ? S_IWGRP | S_IWOTH : S_IWOTH;
    return (st->st_uid == 0 || st->st_uid == me) && !(st->st_mode & others);
}

/* Opens a small trusted file. Refuses links, FIFOs (which would block) and files with a second name. */
static int open_trusted_file(int folder, const char *name, int flags)
{
    struct stat st;
    int with = flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, fd = sys_openat(folder, name, with & ~O_CREAT, 0);
    if (fd == -ENOENT && flags & O_CREAT) /* only now: O_CREAT takes the folder's lock, even if the file exists */
        fd = sys_openat(folder, name, with, 0644);
    if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 && is_trusted(&st)))
        return fd;
    return -EPERM;
}

static int open_run_folder(void)
{
    struct stat st;
    int fd = open_folder(run);
    return fd >= 0 && fstat(fd, &st) == 0 && is_trusted(&st) ? fd : -EPERM;
}

/*
 * Opens a file that the agent wrote. The agent's user may write anything into its folder, replace files while they
 * are read, and try to block the reader. So the file is opened first and examined then: it must be a regular file or
 * socket of the folder's owner with one name, or none if it was replaced meanwhile. O_NONBLOCK is for FIFOs and leases.
 */
static int open_agent_file(int gates, const char *name, int flags, mode_t type)
{
    struct stat st, folder;
    int fd = sys_openat(gates, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0 || (fstat(fd, &st) == 0 && fstat(gates, &folder) == 0 && (st.st_mode & S_IFMT) == type &&
                   st.st_nlink <= 1 && st.st_uid == folder.st_uid))
        return fd;
    return -EPERM;
}

/* Frees descriptors for the report of a failure, if there are only a few. */
static void close_descriptors(void)
{
    if (syscall(SYS_close_range, first_own_fd, ~0U, 0) != 0)
        for (int fd = first_own_fd; fd < FILES; fd++)
            close(fd);
}
